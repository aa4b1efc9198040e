import Arbiter
import Balloon
import Testing

/// A balloon that cannot grow, for reasons that are not its guest's: memory that cannot be given, a guest that hints.
@Suite struct HindranceTests {
    private typealias Bench = ArbiterBench

    @Test(
        "memory that cannot be given: no more is asked for, without a stall or a trouble, and it goes on when that is over"
    )
    func fixed() {
        var bench = Bench(settledAt: 256)
        bench.send(.fixed("it is locked"))
        #expect(bench.state == .settled, "nothing more was asked for")
        let decision = bench.request(512)
        #expect(bench.state == .fixed)
        #expect(bench.arbiter.reason == "it is locked")
        #expect(bench.target == 256)
        #expect(!decision.requestStatistics && bench.arbiter.wakeAt == nil)
        bench.answer(available: 700)
        #expect(bench.state == .fixed && bench.target == 256 && bench.happenings.isEmpty)
        bench.send(.reclaim)
        #expect(bench.state == .fixed)
        // Less is granted at once.
        bench.request(128)
        #expect(bench.state == .deflating && bench.target == 128)
        bench.held = bench.arbiter.target
        bench.send(.progress)
        #expect(bench.state == .settled)
        bench.request(512)
        #expect(bench.state == .fixed && bench.target == 128)
        #expect(bench.send(.fixed(nil)).requestStatistics)
        #expect(bench.state == .inflating)
    }

    @Test("an inflation is broken off where the memory cannot be given any more")
    func fixedMeanwhile() {
        var bench = Bench(settledAt: 256)
        bench.request(512)
        bench.answer(available: 700)
        #expect(bench.target == 512)
        bench.held = 300 * mebibyte
        let decision = bench.send(.fixed("it is pinned"))
        #expect(decision.interrupt)
        #expect(bench.state == .fixed && bench.target == 300)
        // An alarm is one.
        bench.starve()
        #expect(bench.state == .alarm)
    }

    @Test("a fresh driver of a guest whose memory cannot be given is asked for nothing", arguments: [true, false])
    func fixedFromTheStart(hasStatistics: Bool) {
        var bench = Bench()
        bench.request(512)
        bench.send(.fixed("it is locked"))
        bench.start(hasStatistics: hasStatistics)
        // It has time to start first.
        bench.wake()
        #expect(bench.state == .fixed && bench.target == 0)
    }

    @Test("while a guest hints its statistics count for nothing, and a request is kept")
    func hinting() {
        var bench = Bench(settledAt: 256)
        bench.send(.hinting(true))
        #expect(bench.state == .hinting)
        bench.request(512)
        #expect(bench.state == .hinting && bench.target == 256)
        for _ in 0..<20 {
            bench.pass(250)
            bench.answer(available: 2, free: 1, faults: 100_000)
        }
        bench.send(.statisticsTimedOut(.guest))
        #expect(bench.happenings.isEmpty)
        #expect(bench.state == .hinting && bench.target == 256)
        bench.send(.hinting(false))
        #expect(bench.state == .inflating)
        bench.answer(available: 700)
        #expect(bench.target == 512)
    }

    @Test("a guest that takes pages back while it hints is in an alarm, and is believed")
    func alarmWhileHinting() {
        var bench = Bench(largeSettledAt: 4096)
        bench.send(.hinting(true))
        bench.starve()
        #expect(bench.state == .alarm)
        let before = bench.target
        bench.held = bench.arbiter.target
        bench.pass(200)
        bench.answer(available: 2, free: 1)
        #expect(bench.target < before)
        bench.send(.hinting(false))
        #expect(bench.state == .alarm)
    }

    @Test("hinting ends with the driver; memory that cannot be given does not")
    func stop() {
        var bench = Bench(settledAt: 256)
        bench.send(.hinting(true))
        bench.send(.fixed("it is locked"))
        bench.send(.driverStopped)
        #expect(bench.state == .idle)
        bench.request(512)
        bench.start(isFresh: false)
        #expect(bench.state == .fixed)
    }

    @Test("under a budget neither pays", arguments: [.fixed("it is locked"), .hinting(true)] as [Input])
    func noPayer(input: Input) throws {
        var bench = try HostBench(budget: 1600)
        let payer = try bench.add()
        let other = try bench.add()
        for guest in [payer, other] { bench.answer(guest, available: 700) }
        #expect(bench.host.share(of: payer)?.price != nil)
        bench.send(input, payer)
        #expect(bench.host.share(of: payer)?.price == nil)
        bench.answer(payer, available: 700)
        #expect(bench.host.share(of: payer)?.price == nil)
        #expect(bench.host.faults() == [])
        bench.send(input == .hinting(true) ? .hinting(false) : .fixed(nil), payer)
        bench.answer(payer, available: 700)
        #expect(bench.host.share(of: payer)?.price != nil)
        #expect(bench.host.faults() == [])
    }
}
