import Arbiter
import Balloon
import Testing

/// Before the guest is out of memory.
@Suite struct EarlyTests {
    private typealias Bench = ArbiterBench

    /// Settled at 600 MiB in the balloon; `body` spoils one second's statistics.
    private func afterTwoIntervals(_ body: (inout BalloonStatistics, UInt64) -> Void) -> ArbiterBench {
        var bench = Bench(settledAt: 600)
        for interval in 1...2 as ClosedRange<UInt64> {
            bench.pass(1000)
            var set = healthy
            body(&set, interval)
            bench.send(.statistics(set))
            if bench.arbiter.wakeAt != nil, bench.state == .settled {
                #expect(bench.wake()?.requestStatistics == true)
                // A second look, a tenth of a second later.
                var set = healthy
                body(&set, interval + 1)
                bench.send(.statistics(set))
            }
        }
        return bench
    }

    private var healthy: BalloonStatistics {
        var set = BalloonStatistics()
        set[.availableMemory] = 200 << 20
        set[.freeMemory] = 8 << 20
        set[.totalMemory] = 1024 << 20
        for tag in [.majorFaults, .swapIn, .allocationStalls, .directScans, .directReclaims] as [StatisticsTag] {
            set[tag] = 0
        }
        return set
    }

    @Test(
        "deflate-on-oom 4: a guest on its knees without any out-of-memory deflation is given back within two intervals",
        arguments: [
            (.majorFaults, 5000), (.swapIn, 64 << 20), (.allocationStalls, 200), (.directScans, 256 << 20),
            (.directReclaims, 64 << 20),
        ] as [(StatisticsTag, UInt64)])
    func knees(tag: StatisticsTag, perInterval: UInt64) {
        let bench = afterTwoIntervals { set, interval in set[tag] = perInterval * interval }
        #expect(bench.state == .alarm && bench.target == 0)
        #expect(bench.happenings.contains { if case .pressure = $0 { true } else { false } })
    }

    @Test("no memory available at all is an alarm, too")
    func nothingAvailable() {
        let bench = afterTwoIntervals { set, _ in set[.availableMemory] = 8 << 20 }
        #expect(bench.state == .alarm)
    }

    @Test("a second look in which the guest did nothing is no all-clear; two are", arguments: [1, 2])
    func still(looks: Int) {
        var bench = Bench(settledAt: 600)
        bench.pass(1000)
        bench.send(.statistics(healthy))
        bench.pass(1000)
        var set = healthy
        set[.majorFaults] = 3000
        bench.send(.statistics(set))
        for _ in 0..<looks {
            #expect(bench.wake()?.requestStatistics == true)
            bench.send(.statistics(set))
        }
        #expect((bench.arbiter.wakeAt == nil) == (looks == 2))
        bench.pass(100)
        set[.majorFaults] = 3300
        bench.send(.statistics(set))
        #expect(bench.state == (looks == 1 ? .alarm : .settled))
    }

    @Test("one bad look is not believed: a program that starts reads files")
    func once() {
        var bench = Bench(settledAt: 600)
        bench.pass(1000)
        bench.send(.statistics(healthy))
        bench.pass(1000)
        var set = healthy
        set[.majorFaults] = 3000
        bench.send(.statistics(set))
        #expect(bench.state == .settled)
        bench.wake()
        bench.send(.statistics(set))
        bench.pass(1000)
        bench.send(.statistics(set))
        #expect(bench.state == .settled && bench.target == 600)
    }

    @Test("faults while memory is free are files read for the first time")
    func freeMemory() {
        let bench = afterTwoIntervals { set, interval in
            set[.majorFaults] = 5000 * interval
            set[.freeMemory] = 150 << 20
        }
        #expect(bench.state == .settled && bench.target == 600)
    }

    @Test("faults while the page cache grows as fast are a cache that fills; once it no longer does, it is thrown out")
    func filling() {
        func run(growth: UInt64) -> ArbiterBench {
            afterTwoIntervals { set, interval in
                set[.majorFaults] = 5000 * interval
                set[.diskCaches] = 100 << 20 + growth * 5000 * interval
            }
        }
        #expect(run(growth: 4096).state == .settled)
        #expect(run(growth: 20 * 4096).state == .settled)
        #expect(run(growth: 512).state == .alarm)
        #expect(run(growth: 0).state == .alarm)
    }

    @Test("a page cache that shrinks while files are faulted in is an alarm, though reclaim frees more than is used")
    func losing() {
        func run(perSecond loss: UInt64, faults: UInt64 = 150, free: UInt64 = 113) -> GuestState {
            afterTwoIntervals { set, interval in
                set[.majorFaults] = faults * interval
                set[.diskCaches] = 800 << 20 - loss * interval << 20
                set[.freeMemory] = free << 20
            }.state
        }
        #expect(run(perSecond: 100) == .alarm)
        #expect(run(perSecond: 10) == .settled)
        #expect(run(perSecond: 100, faults: 50) == .settled)
        // Files that are deleted beside a program that starts.
        #expect(run(perSecond: 100, free: 300) == .settled)
    }

    @Test("deflate-on-oom 4: a cache that is thrown out and read again by few faults of large pages is an alarm, too")
    func turningOver() {
        func run(
            faults: UInt64 = 40, reclaimed: UInt64 = 80, cacheGrowth: Int64 = 0, swappedOut: UInt64 = 0,
            free: UInt64 = 75
        ) -> GuestState {
            afterTwoIntervals { set, interval in
                set[.majorFaults] = faults * interval
                set[.asyncReclaims] = (reclaimed * interval) << 20
                set[.swapOut] = (swappedOut * interval) << 20
                set[.diskCaches] = UInt64(1000 + cacheGrowth * Int64(interval)) << 20
                set[.freeMemory] = free << 20
            }.state
        }
        #expect(run() == .alarm)
        #expect(run(cacheGrowth: 5) == .alarm, "the cache grows by more pages than there are faults")
        #expect(run(free: 113) == .alarm)
        #expect(run(reclaimed: 10) == .settled)
        #expect(run(free: 300) == .settled)
        #expect(run(faults: 0) == .settled, "a backup reads files once, by system calls")
        #expect(run(faults: 5) == .settled, "a backup, and a program that starts")
        #expect(run(cacheGrowth: -80) == .settled, "a program takes memory, and nothing is read for what it displaces")
        #expect(run(swappedOut: 80) == .settled, "what was reclaimed were idle programs' pages")
    }

    @Test("a second look between two bursts of reclaim sees what is read in, and that is enough")
    func betweenBursts() {
        func state(secondIntake: UInt64) -> GuestState {
            var bench = Bench(settledAt: 600)
            var set = healthy
            for (milliseconds, reclaimed, cache, faults) in [
                (1000, 0, 270, 0), (1000, 60, 270, 30), (100, 60, 270 + secondIntake, 33),
            ] as [(UInt64, UInt64, UInt64, UInt64)] {
                bench.pass(milliseconds)
                set[.asyncReclaims] = reclaimed << 20
                set[.diskCaches] = cache << 20
                set[.majorFaults] = faults
                set[.freeMemory] = 60 << 20
                bench.send(.statistics(set))
            }
            return bench.state
        }
        #expect(state(secondIntake: 6) == .alarm)
        #expect(state(secondIntake: 0) == .settled)
    }

    @Test("the alarm is over when the guest is well, and repeats make the pause longer")
    func over() {
        var bench = afterTwoIntervals { set, interval in set[.majorFaults] = 5000 * interval }
        bench.held = 0
        bench.send(.progress)
        for _ in 0..<10 where bench.state == .alarm {
            bench.answer(available: 700)
            if bench.state == .alarm { bench.wake() }
        }
        #expect(bench.pause == 10 || bench.pause == 9)
    }

    @Test("under a budget a guest that has little left, or soon will, is given more before it hurts")
    func early() throws {
        for (before, now, wants) in [(400, 300, false), (80, 60, true), (400, 150, true)] as [(UInt64, UInt64, Bool)] {
            var bench = try HostBench(budget: nil)
            let guest = try bench.add()
            bench.balloon(guest, 500)
            try bench.share(4096)
            bench.answer(guest, available: before)
            bench.pass(1000)
            bench.forget()
            let target = bench.target(guest)
            bench.answer(guest, available: now)
            #expect((bench.target(guest) < target) == wants, "\(before) MiB, then \(now)")
            #expect(bench.host.state(of: guest) != .alarm)
        }
    }

    @Test("a guest that paid is not given it back at once for a reason of equal or lower rank; an alarm always is")
    func turnRound() throws {
        var bench = try HostBench(budget: 1536)
        let payer = try bench.add()
        _ = try bench.add()
        bench.answer(payer, available: 900)
        bench.obey(payer)
        bench.pass(1000)
        bench.forget()
        bench.answer(payer, available: 40)
        #expect(bench.wanted(payer) == 0 && bench.moves.isEmpty)
        bench.pass(10_000)
        bench.answer(payer, available: 40)
        #expect(bench.wanted(payer) > 0 || bench.moves.contains { $0.gainer == payer })
        bench.starve(payer)
        #expect(bench.host.state(of: payer) == .alarm)
    }

    @Test("memory that nobody needs goes to a guest whose memory is full of files")
    func surplus() throws {
        var bench = try HostBench(budget: nil)
        let guest = try bench.add()
        bench.balloon(guest, 500)
        try bench.share(4096)
        bench.answer(guest, available: 300, free: 10)
        #expect(bench.target(guest) < 500 && bench.moves.last?.rule == .surplus)
    }
}
