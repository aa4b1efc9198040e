internal import Balloon

/// How little a guest usually has available while it is well. Low is not short: the cache of ZFS is in no statistic, and is given
/// at once when somebody asks.
struct Habit: Sendable, Codable {
    /// What it has available; `nil`: nothing is known that differs from any other guest.
    private(set) var usable: Pages?
    /// Sets in a row in which little was available and nothing else showed that the guest lacked any.
    private var sets = 0

    /// Takes in how a guest is that is in no trouble.
    ///
    /// - Parameter inflated: by how much its balloon has grown since the set before.
    mutating func learn(_ health: Health, inflated: Pages) {
        guard let available = health.available, !health.isStrained, !health.isExhausted else {
            sets = 0
            return
        }
        guard available < health.comfort else {
            self = Habit()
            return
        }
        sets += 1
        let hasGiven = gave(health, inflated)
        guard usable != nil || hasGiven || sets >= HealthFigures.setsOfHabit else { return }
        usable = min(usable ?? available, available)
    }

    /// What is available may be no more than usual.
    func isUsual(_ available: Pages) -> Bool { least.map { available >= $0 } ?? false }

    /// Less than this available is not as usual; `nil`: nothing is usual.
    var least: Pages? { usable.map { 3 * ($0 / HealthFigures.habitQuarters) } }

    /// The balloon grew, and what is available came back to where it was.
    private func gave(_ health: Health, _ inflated: Pages) -> Bool {
        guard inflated >= HealthFigures.tellingStep, let growth = health.usableGrowth else { return false }
        return growth * health.seconds >= Double((3 * (inflated / HealthFigures.habitQuarters)).count)
    }
}
