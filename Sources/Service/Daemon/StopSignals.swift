internal import CLinux
internal import Foundation

/// SIGINT and SIGTERM as a stream of events instead of an end.
public struct StopSignals: Sendable {
    /// The name of each signal as it comes.
    public let names: AsyncStream<String>

    /// From now on the two signals no longer end the process.
    public init() {
        let (names, continuation) = AsyncStream.makeStream(of: String.self)
        self.names = names
        clinux_catch_stop_signals()
        let thread = Thread {
            while let name = Self.wait() { continuation.yield(name) }
            continuation.finish()
        }
        thread.name = "signals"
        thread.start()
    }

    /// Gives the signals their usual meaning back, and ends the stream.
    public func cancel() {
        clinux_release_stop_signals()
    }

    /// Blocks until a signal comes; `nil` after ``cancel()``.
    private static func wait() -> String? {
        switch clinux_wait_stop_signal() {
        case SIGINT: "SIGINT"
        case SIGTERM: "SIGTERM"
        default: nil
        }
    }
}
