/// The size under which a guest suffers, learned from what hurt. It is forgotten evenly over an hour.
struct LearnedFloor: Sendable, Codable {
    /// Visible pages.
    private var value: UInt64 = 0
    private var at: UInt64 = 0

    /// - Parameters:
    ///   - visible: what the guest saw when it hurt, in pages.
    ///   - most: it never needs more than this.
    ///   - isOurs: it had to pay shortly before.
    mutating func hurt(at visible: UInt64, most: UInt64, isOurs: Bool, _ now: UInt64, _ tuning: HostTuning) {
        let margin = isOurs ? max(visible / 8, tuning.leastFloorMargin) : 0
        let fresh = min(visible.addingReportingOverflow(margin).partialValue, most)
        value = max(fresh, pages(now, tuning))
        at = now
    }

    /// Visible pages.
    @inline(__always)
    func pages(_ now: UInt64, _ tuning: HostTuning) -> UInt64 {
        let age = now > at ? now - at : 0
        guard age < tuning.floorMemory, tuning.floorMemory > 0 else { return 0 }
        return UInt64(Double(value) * (1 - Double(age) / Double(tuning.floorMemory)))
    }
}
