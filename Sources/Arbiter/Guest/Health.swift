public import Balloon

/// Two sets of statistics compared: is the guest short of memory?
public struct Health: Sendable, Equatable {
    /// Pages that the guest says it could use without swapping; `nil` where it does not say.
    public let available: Pages?
    /// Pages that are not used for anything.
    public let free: Pages?
    /// Pages of the page cache.
    public let caches: Pages?
    /// Pages that the guest has, as it says; what is shared with us where it does not say.
    public let total: Pages?
    /// Seconds between the two sets; 0 where there is only one.
    public let seconds: Double
    /// By how many pages a second ``usable`` grew, the balloon's own doing left out; negative where it shrank.
    public let usableGrowth: Double?
    /// Major faults a second since the set before.
    public let faultRate: Double?
    /// By how many pages a second the page cache grew; negative where it shrank.
    public let cacheGrowth: Double?
    /// Pages a second that were thrown out of the page cache, and that were read into it; Linux 6.12 and newer.
    public let cacheLoss: Double?
    public let cacheIntake: Double?
    /// Pages a second that were swapped in.
    public let swapInRate: Double?
    /// Pages that tasks had to reclaim themselves since the set before; Linux 6.12 and newer.
    public let directReclaim: Pages?
    /// Pages a second that tasks scanned themselves, looking for some to reclaim; Linux 6.12 and newer.
    public let directScanRate: Double?
    /// Allocations a second that waited for reclaim; Linux 6.12 and newer.
    public let stallRate: Double?

    /// - Parameters:
    ///   - before: the set before; empty if there is none.
    ///   - seconds: between the two sets; 0 if there is only one.
    ///   - memory: pages that the guest has: what it claims beyond them is not believed.
    ///   - inflated: pages by which the balloon grew between the two sets.
    public init(
        _ now: borrowing BalloonStatistics, after before: borrowing BalloonStatistics, seconds: Double,
        within memory: Pages = .unlimited, inflated: Pages = 0
    ) {
        func change(_ tag: StatisticsTag) -> Double? {
            guard seconds > 0, let new = now.pages(tag, memory), let old = before.pages(tag, memory) else { return nil }
            return Double((new - old).count) / seconds
        }
        // Pages where the statistic is of bytes.
        func growth(_ tag: StatisticsTag) -> UInt64? {
            guard let new = now[tag], let old = before[tag], new >= old else { return nil }
            return Self.sizes & 1 << UInt32(tag.rawValue) != 0 ? (new - old) / PageFrame.size : new - old
        }
        func rate(_ tag: StatisticsTag) -> Double? {
            seconds > 0 ? growth(tag).map { Double($0) / seconds } : nil
        }
        available = now.pages(.availableMemory, memory)
        free = now.pages(.freeMemory, memory)
        caches = now.pages(.diskCaches, memory)
        total = now.pages(.totalMemory, memory) ?? (memory < .unlimited ? memory : nil)
        self.seconds = seconds
        let usable = available == nil ? StatisticsTag.freeMemory : .availableMemory
        usableGrowth = change(usable).map { $0 + Double(inflated.count) / seconds }
        faultRate = rate(.majorFaults)
        let cacheGrowth = change(.diskCaches)
        self.cacheGrowth = cacheGrowth
        if let background = rate(.asyncReclaims) {
            let reclaimed = background + (rate(.directReclaims) ?? 0)
            let loss = max(0, reclaimed - (rate(.swapOut) ?? 0))
            cacheLoss = loss
            cacheIntake = max(0, loss + (cacheGrowth ?? 0))
        } else {
            cacheLoss = nil
            cacheIntake = nil
        }
        swapInRate = rate(.swapIn)
        directReclaim = growth(.directReclaims).map { Pages($0) }
        directScanRate = rate(.directScans)
        stallRate = rate(.allocationStalls)
    }

    /// The statistics that are sizes, as bits: looked up in the table once.
    private static let sizes: UInt32 = StatisticsTag.allCases.reduce(0) { bits, tag in
        tag.facts.unit == .bytes ? bits | 1 << UInt32(tag.rawValue) : bits
    }

    // MARK: - What it has

    /// Pages that the guest could use, by the best that it tells: what is available, else what is free.
    var usable: Pages? { available ?? free }

    /// It does not tell what is available: what is free is less than that, and may be refilled from what is not told.
    var isEstimate: Bool { available == nil }

    /// Pages that can be had without taking any from the page cache.
    var unused: Pages? { free ?? available.map { ($0 - (caches ?? 0)).orNone } }

    /// What it has, for people.
    var have: String { "\(mebibytes(usable ?? 0)) \(isEstimate ? "free" : "available")" }

    /// What must be left to the guest.
    var reserve: Pages { max(HealthFigures.leastReserve, (total ?? 0) / HealthFigures.reserveDivisor) }

    /// A guest that has less than this available is in trouble.
    var exhausted: Pages { reserve / HealthFigures.exhaustedDivisor }

    var isExhausted: Bool { usable.map { $0 < exhausted } ?? false }

    /// What a guest that is well has available, by the memory that it says it has.
    var comfort: Pages { HealthFigures.comfort(of: total ?? 0) }

    /// Somebody reads what is in the page cache; or it is not known, though there were two sets that could tell.
    var isCacheRead: Bool { faultRate.map { $0 > HealthFigures.readFaultRate } ?? (seconds > 0) }

    /// It shows in something else than in what it has left that the guest lacks memory, if only a little: what it reads back in was
    /// thrown out, or its tasks wait.
    var isStrained: Bool {
        (faultRate ?? 0) > HealthFigures.readFaultRate || (swapInRate ?? 0) > 0 || (directReclaim ?? 0) > 0
            || (stallRate ?? 0) > 0
    }

    /// Nothing is free that could be used, as far as the guest says: Linux reclaims down to its watermarks, which follow from
    /// all its memory, the balloon's part too. With 1 GiB, 58 to 81 MiB stayed free while a working set was thrown out.
    ///
    /// While the page cache is thrown out the kernel frees more than that for a moment: up to 113 MiB were seen.
    var isTight: Bool {
        let isThrowingOut = isLosingCache || turnover() != nil
        let least = isThrowingOut ? HealthFigures.tightWhileThrowingOut * comfort : comfort
        return free.map { $0 < least } ?? true
    }

    /// Why the guest is not well, or `nil` if it is.
    ///
    /// Faults alone prove nothing: a guest that was just given memory reads its files back in. Together with little
    /// free memory they are a working set that is thrown out as fast as it is read.
    ///
    /// - Parameter habit: what the guest usually has is not too little for it.
    func complaint(usually habit: Habit = Habit()) -> String? {
        let least = min(comfort, habit.least ?? comfort)
        if let usable, usable < least { return "only \(have), \(mebibytes(least)) wanted" }
        guard isTight else { return nil }
        if let complaint = thrashing() { return complaint }
        if let directReclaim, directReclaim > 0 {
            return "tasks reclaim memory themselves"
        }
        return nil
    }

    /// Why the guest is on its knees, though it took nothing back, or `nil` if it is not.
    ///
    /// - Parameters:
    ///   - wasInflating: the balloon grew meanwhile. Its own allocations then show up as reclaim.
    ///   - wasSuspected: it seemed so a moment before.
    func suffering(wasInflating: Bool, wasSuspected: Bool = false) -> String? {
        // Little that is free is no trouble where a page cache may be beside it, and nothing else shows any.
        if isExhausted, !isEstimate || isStrained || faultRate == nil && swapInRate == nil { return "only \(have)" }
        guard isTight else { return nil }
        if let complaint = thrashing(wasSuspected: wasSuspected) { return complaint }
        guard !wasInflating else { return nil }
        if let stallRate, stallRate > HealthFigures.stallRate {
            return "\(whole(stallRate)) allocations a second wait for memory"
        }
        if let directScanRate, directScanRate > HealthFigures.directScanRate {
            return "tasks look through \(mebibytes(Pages(whole(directScanRate)))) a second for memory themselves"
        }
        if seconds > 0, let directReclaim, Double(directReclaim.count) / seconds > HealthFigures.directReclaimRate {
            return "tasks reclaim memory themselves"
        }
        return nil
    }

    /// What is read in stays: a cache that fills, of files read for the first time, and not one that is thrown out.
    private var isFilling: Bool {
        guard let faultRate, let cacheGrowth else { return false }
        return cacheGrowth >= faultRate
    }

    private var isLosingCache: Bool { cacheGrowth.map { $0 < -HealthFigures.cacheLossRate } ?? false }

    /// Pages a second that are thrown out of the page cache while faults bring in as many, if that is a working set that does not
    /// fit. What a balloon or a program takes out of the cache is not among them: nothing comes in for it.
    ///
    /// A fault can bring in many pages: Linux 7.3 keeps a disk's cache in pages of up to 2 MiB, and a working set that was
    /// read in again at 60 MiB/s showed 30 major faults a second. More than faults can have brought in was read by system
    /// calls, by a backup for example, of which nothing tells whether it was ever in the cache.
    ///
    /// - Parameter wasSuspected: it was so a moment before. Linux throws out some 10 MiB at a time, and nothing between:
    ///   what comes in is enough then.
    private func turnover(wasSuspected: Bool = false) -> Double? {
        guard let cacheLoss, let cacheIntake, let faultRate else { return nil }
        let turnover = wasSuspected ? cacheIntake : min(cacheLoss, cacheIntake)
        guard turnover > HealthFigures.cacheLossRate else { return nil }
        return turnover <= faultRate * HealthFigures.mostPagesPerFault ? turnover : nil
    }

    private func thrashing(wasSuspected: Bool = false) -> String? {
        let mostFaults = isLosingCache ? HealthFigures.faultRateWhileLosing : HealthFigures.faultRate
        if let faultRate, faultRate > mostFaults, !isFilling {
            return "\(whole(faultRate)) major faults a second and no free memory"
        }
        if let turnover = turnover(wasSuspected: wasSuspected) {
            return "\(mebibytes(Pages(whole(turnover)))) a second are thrown out of the page cache and read again"
        }
        if let swapInRate, swapInRate > HealthFigures.swapInRate {
            return "\(mebibytes(Pages(whole(swapInRate)))) a second are swapped in and no memory is free"
        }
        return nil
    }

    /// A claim as large as a guest likes, for people.
    private func whole(_ rate: Double) -> Int { Int(min(rate, HealthFigures.mostToldRate)) }

    /// Pages by which the balloon may grow without hurting.
    ///
    /// - Parameter sparingCaches: leave the page cache alone: what the guest reads again and again is in it.
    /// - Returns: `nil`: the guest tells nothing that one could go by.
    func room(sparingCaches: Bool) -> Pages? {
        guard let usable else { return nil }
        return ((sparingCaches ? min(usable, unused ?? usable) : usable) - reserve).orNone
    }
}

extension BalloonStatistics {
    /// A statistic of bytes, in pages, at most so many.
    fileprivate func pages(_ tag: StatisticsTag, _ most: Pages) -> Pages? {
        self[tag].map { min(Pages(bytes: $0), most) }
    }
}
