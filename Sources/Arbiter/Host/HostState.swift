internal import Balloon

/// What the host's signals have led to.
struct HostState: Sendable, Codable {
    var total: Pages?
    /// The cgroup's limit.
    var limit: Pages?
    var pressure = HostPressure.calm
    /// Taken off the budget for the host's sake.
    var tightened: Pages = 0
    var tightenedAt: Instant?
    /// Since when the host has been calm.
    var calmSince: Instant?
    /// Where the next round of reclaims begins.
    var nextReclaim = 0

    /// What is taken off a new budget: what the old one had left for the host's sake does not grow at once.
    func tightened(for budget: Pages, before old: Pages?) -> Pages {
        guard let old, tightened > 0 else { return 0 }
        return (budget - (old - tightened).orNone).orNone
    }

    /// What may be lent of a budget: never less than what is reserved, unless the host has not even that.
    func effective(_ budget: Pages, reserved: Pages) -> Pages {
        let ceiling = min(budget, total ?? budget, limit ?? budget)
        return max(ceiling - tightened, min(reserved, ceiling))
    }
}
