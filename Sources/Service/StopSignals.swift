@preconcurrency internal import Dispatch
internal import Glibc

/// SIGINT and SIGTERM as a stream of events instead of an end.
struct StopSignals: Sendable {
    private let sources: [any DispatchSourceSignal]
    /// The name of each signal as it comes.
    let names: AsyncStream<String>

    /// From now on the two signals no longer end the process.
    init() {
        let (names, continuation) = AsyncStream.makeStream(of: String.self)
        self.names = names
        sources = [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM")].map { number, name in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { continuation.yield(name) }
            source.resume()
            return source
        }
    }

    /// Gives the signals their usual meaning back.
    func cancel() {
        for source in sources { source.cancel() }
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }
}
