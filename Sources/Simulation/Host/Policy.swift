/// One way to share a host's memory: events in, targets out. Deterministic; no clock but the moment it is told.
public protocol Policy: Sendable {
    /// Milliseconds between `.tick`s; 0 for none.
    static var period: Int { get }
    /// Milliseconds between the statistics of one guest; 0 for none unless asked.
    static var statisticsPeriod: Int { get }
    /// Whether its guests negotiate DEFLATE_ON_OOM.
    static var deflatesOnOOM: Bool { get }

    /// A policy for that host, before anything happens. Every guest starts with its share of a static split.
    init(_ view: HostView)

    /// Takes one event, at a moment in nanoseconds.
    mutating func take(_ event: PolicyEvent, at now: UInt64, _ view: borrowing HostView, _ orders: inout Orders)
}
