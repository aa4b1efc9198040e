/// The size under which a guest suffers, learned from what hurt.
///
/// It is forgotten evenly over an hour; and at once, down to what the guest needs, when memory above that has lain free for a
/// while: then the program that it was learned from has ended.
struct LearnedFloor: Sendable, Codable {
    /// Visible pages.
    private var value: UInt64 = 0
    private var at: UInt64 = 0
    /// Since when the guest has needed less, and the most that it needed since.
    private var doubtedSince: UInt64?
    private var mostNeeded: UInt64 = 0

    /// - Parameters:
    ///   - visible: what the guest saw when it hurt, in pages.
    ///   - most: it never needs more than this.
    ///   - isOurs: it had to pay shortly before.
    mutating func hurt(at visible: UInt64, most: UInt64, isOurs: Bool, _ now: UInt64, _ tuning: HostTuning) {
        let margin = isOurs ? max(visible / 8, tuning.leastFloorMargin) : 0
        let fresh = min(visible.addingReportingOverflow(margin).partialValue, most)
        value = max(fresh, pages(now, tuning))
        at = now
        doubtedSince = nil
    }

    /// The guest has just said how it is.
    ///
    /// - Parameter needed: visible pages without those that lie free beyond what any guest is left.
    mutating func hear(needed: UInt64, _ now: UInt64, _ tuning: HostTuning) {
        guard needed < pages(now, tuning) else {
            doubtedSince = nil
            return
        }
        guard let since = doubtedSince else {
            doubtedSince = now
            mostNeeded = needed
            return
        }
        mostNeeded = max(mostNeeded, needed)
        guard now >= since + tuning.floorDoubt else { return }
        value = mostNeeded
        at = now
        doubtedSince = nil
    }

    /// Visible pages.
    @inline(__always)
    func pages(_ now: UInt64, _ tuning: HostTuning) -> UInt64 {
        let age = now > at ? now - at : 0
        guard age < tuning.floorMemory, tuning.floorMemory > 0 else { return 0 }
        return UInt64(Double(value) * (1 - Double(age) / Double(tuning.floorMemory)))
    }
}
