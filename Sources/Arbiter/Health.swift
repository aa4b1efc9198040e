public import Balloon

/// Two sets of statistics compared: is the guest short of memory?
public struct Health: Sendable, Equatable {
    /// Pages that the guest says it could use without swapping; `nil` where it does not say.
    public let available: UInt64?
    /// Pages that are not used for anything.
    public let free: UInt64?
    public let total: UInt64?
    /// Major faults a second since the set before.
    public let faultRate: Double?
    /// Pages that tasks had to reclaim themselves since the set before; Linux 6.12 and newer.
    public let directReclaim: UInt64?

    /// - Parameter seconds: between the two sets.
    public init(_ now: BalloonStatistics, after before: BalloonStatistics?, seconds: Double) {
        available = now[.availableMemory].map { $0 / PageFrame.size }
        free = now[.freeMemory].map { $0 / PageFrame.size }
        total = now[.totalMemory].map { $0 / PageFrame.size }
        func growth(_ tag: StatisticsTag) -> UInt64? {
            guard let new = now[tag], let old = before?[tag], new >= old else { return nil }
            return new - old
        }
        faultRate = seconds > 0 ? growth(.majorFaults).map { Double($0) / seconds } : nil
        directReclaim = growth(.directReclaims).map { $0 / PageFrame.size }
    }

    /// What must be left to the guest, in pages.
    func reserve(_ tuning: Tuning) -> UInt64 {
        max(tuning.reserve, (total ?? 0) / 32)
    }

    /// Why the guest is not well, or `nil` if it is.
    ///
    /// Faults alone prove nothing: a guest that was just given memory reads its files back in. Together with little
    /// free memory they are a working set that is thrown out as fast as it is read.
    func complaint(_ tuning: Tuning) -> String? {
        let least = max(tuning.leastAvailable, (total ?? 0) / 10)
        if let available, available < least {
            return "only \(mebibytes(available)) available, \(mebibytes(least)) wanted"
        }
        let isTight = free.map { $0 < reserve(tuning) } ?? true
        guard isTight else { return nil }
        if let faultRate, faultRate > tuning.faultRate {
            return "\(Int(min(faultRate, 1e9))) major faults a second and no free memory"
        }
        if let directReclaim, directReclaim > 0 {
            return "tasks reclaim memory themselves"
        }
        return nil
    }

    /// Pages by which the balloon may grow without hurting.
    ///
    /// - Parameter sparingCaches: leave the page cache alone: what the guest reads again and again is in it.
    func room(_ tuning: Tuning, sparingCaches: Bool) -> UInt64? {
        guard let available else { return nil }
        let usable = sparingCaches ? min(available, free ?? available) : available
        let reserve = reserve(tuning)
        return usable > reserve ? usable - reserve : 0
    }
}

/// A number of pages for people.
func mebibytes(_ pages: UInt64) -> String {
    "\(pages / Tuning.mebibyte) MiB"
}
