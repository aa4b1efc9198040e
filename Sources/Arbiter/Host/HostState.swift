internal import Balloon

/// What the host's signals have led to.
struct HostState: Sendable, Codable {
    var total: Pages?
    /// The cgroup's limit.
    var limit: Pages?
    /// What it had available when it was looked at last, less what was lent of it since.
    var available: Pages?
    /// Before this nothing more is lent beyond the budget.
    private(set) var nextLoan: Instant?
    var pressure = HostPressure.calm
    /// Taken off the budget for the host's sake.
    var tightened: Pages = 0
    var tightenedAt: Instant?
    /// Since when the host has been calm.
    var calmSince: Instant?
    /// Where the next round of reclaims begins.
    var nextReclaim = 0

    /// The host has plenty: so many pages more may be lent than guests are promised.
    func canLend(_ pages: Pages, beyond promised: Pages) -> Bool {
        guard pressure == .calm, tightened == 0, let available, let total else { return false }
        return available - pages >= total / HostFigures.highDivisor && promised + pages <= min(total, limit ?? total)
    }

    mutating func noteLoan(_ pages: Pages, at now: Instant) {
        available = available.map { $0 - pages }
        nextLoan = now + SpendingFigures.loanPace
    }

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
