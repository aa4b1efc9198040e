public import Balloon

/// How one guest stands in the ledger.
public struct GuestShare: Sendable, Equatable, Codable {
    public var limits: GuestLimits
    /// The most that an operator wants it to see; `nil`: nothing was said.
    public var cap: Pages?
    /// What it may see.
    public var promised: Pages
    /// What the host spends on it, where that counts with a margin since no driver runs.
    public var spent: Pages?
    /// What its VMM's cgroup allows, where that is less than its memory.
    public var groupLimit: GroupLimit?
    /// Asked of it, and not yet in its balloon.
    public var due: Pages
    /// What it waits for.
    public var wanted: Pages
    /// What its statistics would let it pay now.
    public var spare: Pages
    /// The size under which it suffered lately; 0: unknown.
    public var floor: Pages
    /// 0 to 1: how much of what it sees is in use.
    public var active: Double
    /// Its price as a payer; `nil`: it pays nothing now.
    public var price: Double?
}
