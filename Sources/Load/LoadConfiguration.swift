/// How simulated guests load their devices.
public struct LoadConfiguration: Sendable {
    /// The device of each guest: a vhost-user socket without a VMM.
    public var sockets: [String]
    /// How many guests, from the first on, are reported apart: they inflate and deflate one message in turns,
    /// whatever the others do. 0 to `sockets.count`.
    public var victims = 0
    /// Messages that each of the other guests has in flight, 1 to 64.
    public var messagesInFlight = 1
    /// Whether pages are written before they are inflated, so that the host has memory to take back.
    public var touchesPages = false
    /// Threads that the guests are spread over, above 0.
    public var threads = 4
    /// How long the load lasts (s); `nil`: until it is stopped.
    public var seconds: Double?
    /// How long a device may take for any one answer (ns).
    public var patience: UInt64 = 10_000_000_000

    /// Page numbers in one message, as Linux sends them.
    public static let pagesPerMessage = 256
    /// The most guests that one process can play.
    public static let guestLimit = 1000

    public init(sockets: [String]) { self.sockets = sockets }
}
