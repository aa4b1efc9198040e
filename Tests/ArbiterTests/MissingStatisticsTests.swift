import Arbiter
import Balloon
import TestSupport
import Testing

/// What a guest does not tell counts as what is safe for it.
@Suite struct MissingStatisticsTests {
    /// A guest that holds what it is asked for at once. Sizes in MiB.
    private struct Guest {
        var bench = ArbiterBench()
        var tags: [StatisticsTag]
        let total: UInt64
        let free: UInt64
        var caches: UInt64 = 0
        /// The largest step that it was asked for.
        private(set) var largestStep: UInt64 = 0
        private(set) var leastFree: UInt64

        init(_ tags: [StatisticsTag], total: UInt64 = 1024, free: UInt64) {
            self.tags = tags
            self.total = total
            self.free = free
            leastFree = free
        }

        var held: UInt64 { UInt64(bench.held / mebibyte) }
        var left: UInt64 { free > held ? free - held : 0 }

        func statistics() -> BalloonStatistics {
            var set = BalloonStatistics()
            for tag in tags {
                set[tag] =
                    switch tag {
                    case .freeMemory: left << 20
                    case .availableMemory: (left + caches) << 20
                    case .diskCaches: caches << 20
                    case .totalMemory: total << 20
                    default: 0
                    }
            }
            return set
        }

        /// Does what it is asked for until nothing is asked for any more, or for so long.
        ///
        /// - Returns: milliseconds.
        mutating func follow(atMost seconds: UInt64 = 60) -> UInt64 {
            let start = bench.now
            while bench.state == .inflating, bench.now < start + seconds * ArbiterBench.second {
                largestStep = max(largestStep, bench.target > held ? bench.target - held : 0)
                if bench.held < bench.arbiter.target {
                    bench.pass(20)
                    bench.held = bench.arbiter.target
                    if bench.send(.progress).requestStatistics { bench.send(.statistics(statistics())) }
                } else if let decision = bench.wake(), decision.requestStatistics {
                    bench.send(.statistics(statistics()))
                }
                leastFree = min(leastFree, left)
            }
            return (bench.now - start).nanoseconds / ArbiterBench.millisecond.nanoseconds
        }
    }

    private static let old: [StatisticsTag] = [
        .swapIn, .swapOut, .majorFaults, .minorFaults, .freeMemory, .totalMemory,
    ]

    @Test("tags 0 to 5 and 100 MiB free: it keeps its reserve, whatever is asked for")
    func old() {
        var guest = Guest(Self.old, free: 100)
        guest.bench.start()
        guest.bench.request(824)
        guest.bench.send(.statistics(guest.statistics()))
        _ = guest.follow()
        #expect(guest.bench.pause != nil, "stalled")
        #expect(guest.held >= 64 && guest.leastFree >= 32)
        #expect(guest.largestStep <= 52)
    }

    @Test("what is free is taken in small steps, and all the way in seconds")
    func oldAndIdle() {
        var guest = Guest(Self.old, free: 900)
        guest.bench.start()
        guest.bench.request(824)
        guest.bench.send(.statistics(guest.statistics()))
        let time = guest.follow()
        #expect(guest.bench.state == .settled && guest.held == 824)
        #expect(guest.largestStep <= 52 && time < 5_000)
    }

    @Test(
        "property: no step takes what the guest must keep, whichever statistics are missing",
        arguments: SeededGenerator.seeds(100))
    func anyMissing(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var tags = StatisticsTag.allCases.filter { _ in random.oneIn(2) }
        if !tags.contains(.availableMemory) { tags.append(.freeMemory) }
        let total = random.number(256...16384 as ClosedRange<UInt64>)
        var guest = Guest(tags, total: total, free: random.number(32...total))
        guest.bench.start()
        guest.bench.request(random.number(1...total))
        guest.bench.send(.statistics(guest.statistics()))
        _ = guest.follow()
        #expect(guest.leastFree >= 32)
        if tags.contains(.totalMemory) { #expect(guest.leastFree >= min(guest.free, total / 32)) }
    }

    @Test(
        "FreeBSD, OSv, OpenBSD: without any statistics there is a pause between small steps", arguments: [false, true])
    func none(answersEmpty: Bool) {
        var guest = Guest([], free: 900)
        guest.bench.start(hasStatistics: answersEmpty)
        guest.bench.request(824)
        if answersEmpty { guest.bench.send(.statistics(guest.statistics())) }
        let time = guest.follow()
        #expect(guest.bench.state == .settled && guest.held == 824)
        #expect(guest.largestStep <= 52)
        #expect(time >= 16 * 250 && time < 6_000)
    }

    @Test("in such a pause, pages that are taken back end it")
    func stopped() {
        var bench = ArbiterBench()
        bench.start(hasStatistics: false)
        bench.request(824)
        bench.held = bench.arbiter.target
        bench.send(.progress)
        bench.starve()
        #expect(bench.state == .alarm && bench.target == 0)
    }

    // MARK: - Under a budget

    private func set(free: UInt64, faults: UInt64 = 0) -> BalloonStatistics {
        var set = BalloonStatistics()
        set[.freeMemory] = free << 20
        set[.totalMemory] = 1024 << 20
        set[.majorFaults] = faults
        set[.minorFaults] = 0
        set[.swapIn] = 0
        set[.swapOut] = 0
        return set
    }

    @Test("a guest that does not tell what is available pays with what is free, a 16th of it at a time")
    func pays() throws {
        var bench = try HostBench(budget: nil)
        let payer = try bench.add()
        let needy = try bench.add()
        bench.balloon(needy, 700)
        bench.send(.statistics(set(free: 600)), payer)
        try bench.share(1348)
        bench.pass(1000)
        bench.send(.statistics(set(free: 600)), payer)
        bench.starve(needy)
        #expect(Set(bench.payers()) == [payer])
        #expect(bench.target(payer) == 64)
        bench.obey(payer)
        bench.send(.statistics(set(free: 536)), payer)
        #expect(bench.target(payer) == 128)
    }

    @Test("little that is free is no need, where nothing else shows one")
    func claimsNothing() throws {
        var bench = try HostBench(budget: nil)
        let old = try bench.add()
        let other = try bench.add()
        bench.balloon(old, 500)
        for _ in 0..<2 {
            bench.send(.statistics(set(free: 40)), old)
            bench.answer(other, available: 900)
            bench.pass(1000)
        }
        try bench.share(1648)
        for second in 0..<20 as Range<UInt64> {
            bench.pass(1000)
            bench.send(.statistics(set(free: 40, faults: second)), old)
            bench.answer(other, available: 900)
            #expect(bench.wanted(old) == 0)
        }
        #expect(bench.moves.allSatisfy { $0.rule == .surplus || $0.rule == .slack })
        bench.pass(1000)
        bench.send(.statistics(set(free: 40, faults: 120)), old)
        #expect(
            bench.moves.contains { $0.gainer == old && $0.rule == .early },
            "what it reads back in shows that it is short")
    }

    @Test("a page cache of which nobody knows whether it is read is not taken")
    func unknownFaults() throws {
        var bench = try HostBench(budget: nil)
        let payer = try bench.add()
        let needy = try bench.add()
        bench.balloon(needy, 700)
        func tell() {
            var set = BalloonStatistics()
            set[.availableMemory] = 900 << 20
            set[.freeMemory] = 100 << 20
            set[.totalMemory] = 1024 << 20
            bench.send(.statistics(set), payer)
            bench.pass(1000)
        }
        tell()
        tell()
        try bench.share(1348)
        tell()
        bench.starve(needy)
        #expect(!bench.payers().contains(payer))
    }
}
