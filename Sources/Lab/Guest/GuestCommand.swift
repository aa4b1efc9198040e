import QMP
import Synchronization

/// A command that was given to the guest's agent: its events, then its answer.
public final class GuestCommand: Sendable {
    private struct Events {
        var promises: [String: Promise<GuestFields>] = [:]
        /// Set when no more can come.
        var end: LabError?
    }

    let line: String
    private let answer = Promise<GuestFields>()
    private let events = Mutex(Events())

    init(_ line: String) { self.line = line }

    /// The answer; an `err` of the guest is thrown.
    public func answer(within limit: Duration) async throws -> GuestFields {
        let line = line
        return try await answer.value(within: limit) {
            LabError(.timedOut, "the guest has not answered `\(line)` within \(limit)")
        }
    }

    /// The event called `name`. Throws also when the command ends without it.
    public func event(_ name: String, within limit: Duration) async throws -> GuestFields {
        let line = line
        return try await promise(name).value(within: limit) {
            LabError(.timedOut, "the guest has not come to `\(name)` of `\(line)` within \(limit)")
        }
    }

    func receive(_ words: [Substring]) {
        switch words.first {
        case "event":
            if words.count > 1 { promise(String(words[1])).succeed(GuestFields(words.dropFirst(2))) }
        case "ok":
            finish(.success(GuestFields(words.dropFirst())))
        default:
            let reason = words.dropFirst().joined(separator: " ")
            finish(.failure(LabError(.refused, "the guest refused `\(line)`: \(reason)")))
        }
    }

    func fail(_ error: LabError) { finish(.failure(error)) }

    private func finish(_ result: Result<GuestFields, any Error>) {
        answer.settle(result)
        let error = LabError(.ended, "`\(line)` ended before the event: \(result)")
        let promises = events.withLock { events in
            events.end = error
            return Array(events.promises.values)
        }
        for promise in promises { promise.fail(error) }
    }

    private func promise(_ name: String) -> Promise<GuestFields> {
        events.withLock { events in
            if let promise = events.promises[name] { return promise }
            let promise = Promise<GuestFields>()
            if let end = events.end { promise.fail(end) }
            events.promises[name] = promise
            return promise
        }
    }
}
