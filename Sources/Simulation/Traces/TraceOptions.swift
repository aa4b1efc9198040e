/// How a trace is made a scenario.
public struct TraceOptions: Sendable {
    /// Of which guests are chosen, and of the bursts.
    public var seed: UInt64 = 1
    /// How many guests: chosen from the trace, or the trace repeated, each copy shifted in time. `nil`: what is usual.
    public var guests: Int?
    /// Virtual seconds from the trace's start; `nil`: all of it, or a day of the longest.
    public var seconds: Double?
    /// Bursts of seconds laid over; `nil` for none.
    public var bursts: BurstLayer? = BurstLayer()

    public init() {}
}
