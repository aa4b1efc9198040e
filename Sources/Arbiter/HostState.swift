/// What the host's signals have led to. Pages of 4 KiB.
struct HostState: Sendable, Codable {
    var total: UInt64?
    /// The cgroup's limit.
    var limit: UInt64?
    /// Taken off the budget for the host's sake.
    var tightened: UInt64 = 0
    var tightenedAt: UInt64?
    /// Since when the host has been calm.
    var calmSince: UInt64?
    /// Where the next round of reclaims begins.
    var nextReclaim = 0

    /// What is taken off a new budget: what the old one had left for the host's sake does not grow at once.
    func tightened(for budget: UInt64, before old: UInt64?) -> UInt64 {
        guard let old, tightened > 0 else { return 0 }
        let left = old - min(tightened, old)
        return budget - min(left, budget)
    }

    /// What may be promised of a budget: never less than what is reserved, unless the host has not even that.
    func effective(_ budget: UInt64, reserved: UInt64) -> UInt64 {
        let ceiling = min(budget, total ?? budget, limit ?? budget)
        return max(ceiling > tightened ? ceiling - tightened : 0, min(reserved, ceiling))
    }
}
