import Arbiter
import Balloon
import Testing

/// Statistics that worked and stop: the guest is taken to be under pressure (deflate-on-oom 10).
@Suite struct SilenceTests {
    private typealias Bench = ArbiterBench

    @Test("a guest that falls silent is given a step back")
    func lost() {
        var bench = Bench(largeSettledAt: 3200)
        let decision = bench.send(.statisticsTimedOut)
        #expect(decision.interrupt)
        #expect(!decision.requestStatistics, "the request that is out stays out")
        #expect(bench.state == .notAnswering)
        #expect(bench.target == 1600)
        #expect(bench.happenings.first == .statisticsLost)
        bench.forget()
        bench.send(.statisticsTimedOut)
        #expect(bench.happenings.isEmpty, "told once")
    }

    @Test("a guest that falls silent before it has given anything is not asked for more")
    func lostWhileInflating() {
        var bench = Bench()
        bench.start()
        bench.request(512)
        bench.answer(available: 900)
        #expect(bench.target == 512)
        bench.send(.statisticsTimedOut)
        #expect(bench.state == .notAnswering)
        #expect(bench.target == 0)
    }

    @Test("a guest that answers again is looked after like one that suffered, then tried again")
    func back() {
        var bench = Bench(settledAt: 801)
        bench.send(.statisticsTimedOut)
        bench.held = bench.arbiter.target
        bench.send(.progress)
        bench.forget()
        bench.answer(available: 500)
        #expect(bench.happenings == [.statisticsBack])
        #expect(bench.state == .alarm && bench.arbiter.wakeAt != nil)
        while bench.state == .alarm {
            bench.wake()
            bench.answer(available: 500)
        }
        #expect(bench.pause == 10)
        bench.wake()
        #expect(bench.state == .inflating)
    }

    @Test("a guest that answers again and is not well is given more at once")
    func backAndUnwell() {
        var bench = Bench(settledAt: 801)
        bench.send(.statisticsTimedOut)
        bench.held = bench.arbiter.target
        bench.pass(5000)
        bench.answer(available: 20)
        #expect(bench.target < 400)
    }

    @Test("pages that a silent guest takes are an alarm")
    func unsolicited() {
        var bench = Bench(settledAt: 800)
        bench.send(.statisticsTimedOut)
        bench.starve()
        #expect(bench.state == .alarm && bench.target < 399)
        #expect(bench.arbiter.wakeAt != nil)
    }

    @Test("silence in a hold-off is told once, and nothing is asked of the guest while it lasts")
    func inHoldOff() {
        var bench = Bench(settledAt: 100)
        bench.starve()
        bench.held = 0
        bench.send(.progress)
        bench.answer(available: 20)
        #expect(bench.pause != nil)
        bench.forget()
        for _ in 0..<5 { bench.send(.statisticsTimedOut) }
        #expect(bench.happenings == [.statisticsLost])
        #expect(bench.target == 0)
        bench.answer(available: 900)
        #expect(bench.state == .alarm)
    }

    @Test("while nobody runs, silence means nothing")
    func stopped() {
        var bench = Bench(settledAt: 800)
        bench.send(.driverStopped)
        bench.send(.statisticsTimedOut)
        #expect(bench.state == .idle && bench.target == 800)
    }
}
