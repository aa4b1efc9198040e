/// How much of what a guest sees lies idle.
struct Idleness: Sendable, Codable {
    /// Shares of the visible memory that are in use, 0 to 1.
    private var slow = 1.0
    private var fast = 1.0
    private(set) var active = 1.0

    /// Takes one set of statistics.
    ///
    /// Free memory is idle. So is the page cache, unless faults say that it is read.
    mutating func learn(_ health: Health, visible: UInt64, _ tuning: HostTuning) {
        guard visible > 0 else { return }
        let free = health.free ?? 0
        let isWarm = (health.faultRate ?? 0) > tuning.warmFaultRate || (health.directReclaim ?? 0) > 0
        let idle = isWarm ? free : max(free, health.available ?? 0)
        let current = 1 - min(1, Double(idle) / Double(visible))
        slow += (current - slow) * tuning.slowShare
        fast += (current - fast) * tuning.fastShare
        active = max(slow, fast, current)
    }
}
