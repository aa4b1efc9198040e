import Foundation

/// Runs a call that blocks on a thread of its own: the tasks' few threads are left to those who work.
func blocking<Result: Sendable>(_ body: @escaping () throws -> Result) async throws -> Result {
    // The caller waits: nobody else uses what the closure uses meanwhile.
    nonisolated(unsafe) let body = body
    return try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}
