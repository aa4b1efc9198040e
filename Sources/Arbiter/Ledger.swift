/// What is promised to whom, as sums. Pages of 4 KiB.
///
/// A guest is promised its memory less what it is bound to leave to others: less the smaller of its target and what its
/// balloon really holds. A raised target therefore frees nothing until pages arrive; a lowered one promises at once; pages
/// taken back unasked are promised the moment they are seen.
public struct Ledger: Sendable, Equatable, Codable {
    /// What the operator lends to all guests; `nil`: there is no budget.
    public internal(set) var budget: UInt64?
    /// The budget, as far as the host's own state allows.
    public internal(set) var effective: UInt64 = 0
    public internal(set) var promised: Int64 = 0
    /// Asked of payers, and not yet arrived.
    public internal(set) var due: Int64 = 0
    /// Waited for by guests.
    public internal(set) var wanted: Int64 = 0
    /// Kept for bursts.
    public internal(set) var slack: UInt64 = 0
    /// Taken unasked, and not yet paid back by anyone.
    public internal(set) var loans: Int64 = 0
    public internal(set) var reserved: UInt64 = 0

    /// What may be promised; negative: overdrawn.
    public var free: Int64 { Int64(effective) - promised }
}
