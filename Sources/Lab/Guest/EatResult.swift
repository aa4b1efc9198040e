/// What became of a program that took memory.
public struct EatResult: Sendable, Equatable {
    public var isAlive: Bool
    /// From its start until all was touched and verified once, in the guest's time; 0 if it was killed.
    public var seconds: Double
    /// Pages whose content was not what was written.
    public var badPages: UInt64
    /// Bytes that it had touched when it was killed; all of them if it was not.
    public var touched: UInt64
    /// Guest time in nanoseconds when it started, and when it had touched everything.
    public var started: UInt64
    public var had: UInt64

    init(_ fields: GuestFields, bytes: UInt64) throws(LabError) {
        isAlive = try fields.text("result") == "alive"
        seconds = isAlive ? try fields.number("seconds") : 0
        badPages = isAlive ? try fields.unsigned("bad") : 0
        touched = isAlive ? bytes : try fields.unsigned("touched")
        started = isAlive ? try fields.unsigned("start") : 0
        had = isAlive ? try fields.unsigned("have") : 0
    }
}
