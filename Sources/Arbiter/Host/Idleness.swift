internal import Balloon

/// How much of what a guest sees lies idle.
struct Idleness: Sendable, Codable {
    /// Shares of the visible memory that are in use, 0 to 1.
    private var slow = 1.0
    private var fast = 1.0
    private(set) var active = 1.0

    /// Takes in one set of statistics.
    ///
    /// Free memory is idle. So is the page cache, unless faults or reclaim say that it is read.
    mutating func learn(_ health: Health, visible: Pages) {
        guard visible > 0 else { return }
        let free = health.free ?? 0
        let isCacheUsed = health.isCacheRead || (health.directReclaim ?? 0) > 0
        let idle = isCacheUsed ? free : max(free, health.usable ?? 0)
        let current = 1 - min(1, Double(idle.count) / Double(visible.count))
        slow += (current - slow) * PriceFigures.slowWeight
        fast += (current - fast) * PriceFigures.fastWeight
        active = max(slow, fast, current)
    }
}
