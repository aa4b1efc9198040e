/// How much guests take at once: what the slack must cover.
struct BurstMemory: Sendable, Codable {
    private var current: UInt64 = 0
    private var lastAt: UInt64 = 0
    private var largest = 0.0
    private var largestAt: UInt64 = 0

    /// So many pages were taken, or given to a guest in an alarm.
    mutating func add(_ pages: UInt64, _ now: UInt64, _ tuning: HostTuning) {
        if now - min(lastAt, now) > tuning.burstGap { current = 0 }
        lastAt = now
        current = min(current.addingReportingOverflow(pages).partialValue, 1 << 50)
        if Double(current) >= weight(now, tuning) {
            largest = Double(current)
            largestAt = now
        }
    }

    /// The largest burst, half forgotten after a half-life and so on in straight lines.
    private func weight(_ now: UInt64, _ tuning: HostTuning) -> Double {
        let age = Double(now - min(largestAt, now)) / Double(max(1, tuning.burstHalfLife))
        return age < 1 ? largest * (1 - age / 2) : largest / (2 * age)
    }

    /// The slack that a budget of so many pages is to keep.
    func slack(of budget: UInt64, _ now: UInt64, _ tuning: HostTuning) -> UInt64 {
        guard largest > 0 else { return budget / tuning.firstSlackShare }
        let wanted = UInt64(weight(now, tuning) * 1.25)
        return min(max(wanted, budget / tuning.leastSlackShare), budget / tuning.mostSlackShare)
    }
}
