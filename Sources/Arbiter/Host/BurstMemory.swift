internal import Balloon

/// How much guests take at once: what the slack must cover.
struct BurstMemory: Sendable, Codable {
    private var current: Pages = 0
    private var lastAt = Instant(nanoseconds: 0)
    private var largest = 0.0
    private var largestAt = Instant(nanoseconds: 0)

    /// So many pages were taken, or given to a guest in an alarm.
    mutating func add(_ pages: Pages, _ now: Instant) {
        if now - lastAt > SlackFigures.burstGap { current = 0 }
        lastAt = now
        current = min(current + pages, SlackFigures.mostBurst)
        if Double(current.count) >= weight(now) {
            largest = Double(current.count)
            largestAt = now
        }
    }

    /// The largest burst, half forgotten after a half-life and so on in straight lines.
    private func weight(_ now: Instant) -> Double {
        let age = Double((now - largestAt).nanoseconds) / Double(SlackFigures.burstHalfLife.nanoseconds)
        return age < 1 ? largest * (1 - age / 2) : largest / (2 * age)
    }

    /// The slack that a budget of so many pages is to keep.
    func slack(of budget: Pages, _ now: Instant) -> Pages {
        guard largest > 0 else { return budget / SlackFigures.firstDivisor }
        let wanted = Pages(rounding: weight(now) * SlackFigures.burstMargin)
        return min(max(wanted, budget / SlackFigures.leastDivisor), budget / SlackFigures.mostDivisor)
    }
}
