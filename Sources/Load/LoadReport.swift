/// What a load has measured.
public struct LoadReport: Sendable, Codable, Equatable {
    public var guests: Int
    public var victims: Int
    public var threads: Int
    public var messagesInFlight: Int
    /// How long the load lasted (s).
    public var seconds: Double
    /// Messages that were answered, and the pages in them.
    public var messages: UInt64
    public var pages: UInt64
    public var messagesPerSecond: Double
    public var pagesPerSecond: Double
    public var gibibytesPerSecond: Double
    /// Latencies of all guests but the victims; `nil` where there were no messages.
    public var inflateMicroseconds: Latency?
    public var deflateMicroseconds: Latency?
    /// Latencies of the victims.
    public var victimInflateMicroseconds: Latency?
    public var victimDeflateMicroseconds: Latency?
    /// What went wrong, one line for each guest that failed.
    public var failures: [String]

    init(_ configuration: LoadConfiguration, threads: Int, seconds: Double, _ tally: LoadTally) {
        guests = configuration.sockets.count
        victims = configuration.victims
        self.threads = threads
        messagesInFlight = configuration.messagesInFlight
        self.seconds = seconds
        messages = tally.messages
        pages = tally.messages * UInt64(LoadConfiguration.pagesPerMessage)
        let duration = max(seconds, 1e-9)
        messagesPerSecond = Double(messages) / duration
        pagesPerSecond = Double(pages) / duration
        gibibytesPerSecond = pagesPerSecond * 4096 / Double(1 << 30)
        inflateMicroseconds = tally.latency(.inflate)
        deflateMicroseconds = tally.latency(.deflate)
        victimInflateMicroseconds = tally.latency(.victimInflate)
        victimDeflateMicroseconds = tally.latency(.victimDeflate)
        failures = tally.failures
    }
}
