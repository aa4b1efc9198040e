public import Balloon

/// What guests are promised, and what they need, as sums.
///
/// A guest is *promised* what it may see: its memory less what it is bound to leave to others, which is the smaller of its target and
/// what its balloon really holds. A raised target therefore frees nothing until pages arrive; a lowered one promises at once; pages
/// taken back unasked are promised the moment they are seen.
public struct Ledger: Sendable, Equatable, Codable {
    /// What the operator lends to all guests; `nil`: there is no budget.
    public internal(set) var budget: Pages?
    /// The budget, as far as the host's own state allows.
    public internal(set) var effective: Pages = 0
    /// What all guests may see, in sum.
    public internal(set) var promised: Pages = 0
    /// Asked of payers, and not yet arrived.
    public internal(set) var due: Pages = 0
    /// Waited for by guests.
    public internal(set) var wanted: Pages = 0
    /// Lacked by guests, which do not wait for it.
    public internal(set) var lacking: Pages = 0
    /// Kept for bursts.
    public internal(set) var slack: Pages = 0
    /// Taken unasked, and not yet paid back by anyone.
    public internal(set) var loans: Pages = 0
    public internal(set) var reserved: Pages = 0

    /// What guests may be given; negative: overdrawn.
    public var free: Pages { effective - promised }
}
