internal import HummingbirdCore
internal import NIOCore
internal import Synchronization

/// A connection that nobody serves yet. If nobody comes to, it is closed.
///
/// NIO traps when it lets go of a connection that was never executed: one that is refused, and one that was accepted
/// just when the server stops.
final class AcceptedConnection: Sendable {
    private let connection: Mutex<HTTP1Channel.Value?>

    init(_ connection: HTTP1Channel.Value) { self.connection = Mutex(connection) }

    /// The connection, once; it is the caller's to execute.
    func take() -> HTTP1Channel.Value? {
        connection.withLock { connection in
            defer { connection = nil }
            return connection
        }
    }

    deinit {
        guard let connection = take() else { return }
        Task(executorPreference: EventLoopTaskExecutor.shared) { try? await connection.executeThenClose { _, _ in } }
    }
}
