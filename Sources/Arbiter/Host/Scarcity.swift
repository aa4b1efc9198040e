/// How little guests are left while one in an alarm finds no payer.
struct Scarcity: Sendable, Codable {
    /// The share of what is comfortable that there is for each guest.
    private(set) var ease = 1.0
    private var since = Instant(nanoseconds: 0)

    /// Leaves all guests less.
    mutating func squeeze(_ now: Instant) {
        guard now >= since + PriceFigures.statisticsInterval else { return }
        since = now
        ease = max(NeedFigures.leastEase, ease * NeedFigures.easeCut)
    }

    /// Leaves all guests a little more again.
    mutating func relax(_ now: Instant) {
        guard ease < 1, now >= since + PriceFigures.statisticsInterval else { return }
        since = now
        ease = min(1, ease * NeedFigures.easeGrowth)
    }
}
