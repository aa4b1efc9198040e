import Dispatch
import Synchronization

/// A value that comes once, from any thread, and that any number of tasks await with a deadline.
package final class Promise<Value: Sendable>: Sendable {
    private struct State {
        var result: Result<Value, any Error>?
        var waiters: [UInt64: CheckedContinuation<Value, any Error>] = [:]
        var next: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Settles the promise. Only the first call counts.
    package func settle(_ result: Result<Value, any Error>) {
        let waiters = state.withLock { state in
            guard state.result == nil else { return [CheckedContinuation<Value, any Error>]() }
            state.result = result
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(with: result) }
    }

    package func succeed(_ value: Value) { settle(.success(value)) }
    package func fail(_ error: any Error) { settle(.failure(error)) }

    /// Waits for the value; throws what `timeout` makes when it has not come after `duration`.
    package func value(
        within duration: Duration, orThrow timeout: @escaping @Sendable () -> any Error
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let (settled, ticket) = state.withLock { state -> (Result<Value, any Error>?, UInt64) in
                if let result = state.result { return (result, 0) }
                state.next += 1
                state.waiters[state.next] = continuation
                return (nil, state.next)
            }
            if let settled {
                continuation.resume(with: settled)
                return
            }
            let (seconds, attoseconds) = duration.components
            let delay = Double(seconds) + Double(attoseconds) / 1e18
            DispatchQueue.global().asyncAfter(deadline: .now() + delay) { [weak self] in
                let waiter = self?.state.withLock { $0.waiters.removeValue(forKey: ticket) }
                waiter?.resume(throwing: timeout())
            }
        }
    }
}
