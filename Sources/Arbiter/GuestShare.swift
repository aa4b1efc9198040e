/// How one guest stands in the ledger. Pages of 4 KiB.
public struct GuestShare: Sendable, Equatable, Codable {
    public var limits: GuestLimits
    /// The most that an operator wants it to see; `nil`: nothing was said.
    public var cap: UInt64?
    /// What it may see.
    public var promised: UInt64
    /// Asked of it, and not yet in its balloon.
    public var due: UInt64
    /// What it waits for.
    public var wanted: UInt64
    /// What its statistics would let it pay now.
    public var spare: UInt64
    /// The size under which it suffered lately; 0: unknown.
    public var floor: UInt64
    /// 0 to 1: how much of what it sees is in use.
    public var active: Double
    /// Its price as a payer; `nil`: it pays nothing now.
    public var price: Double?
}
