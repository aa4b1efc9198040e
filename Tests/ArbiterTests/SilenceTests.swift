import Arbiter
import Balloon
import Testing

/// Statistics that worked and stop: the guest is taken to be under pressure (deflate-on-oom 10).
@Suite struct SilenceTests {
    private typealias Bench = ArbiterBench

    @Test("a guest that falls silent is given a step back")
    func lost() {
        var bench = Bench(largeSettledAt: 3200)
        let decision = bench.send(.statisticsTimedOut(.guest))
        #expect(decision.interrupt)
        #expect(!decision.requestStatistics, "the request that is out stays out")
        #expect(bench.state == .notAnswering)
        #expect(bench.target == 1600)
        #expect(bench.happenings.first == .statisticsLost(reason: "it is taken to be under pressure"))
        bench.forget()
        bench.send(.statisticsTimedOut(.guest))
        #expect(bench.happenings.isEmpty, "told once")
    }

    @Test("a guest that falls silent before it has given anything is not asked for more")
    func lostWhileInflating() {
        var bench = Bench()
        bench.start()
        bench.request(512)
        bench.answer(available: 900)
        #expect(bench.target == 512)
        bench.send(.statisticsTimedOut(.guest))
        #expect(bench.state == .notAnswering)
        #expect(bench.target == 0)
    }

    @Test("a guest that answers again is looked after like one that suffered, then tried again")
    func back() {
        var bench = Bench(settledAt: 801)
        bench.send(.statisticsTimedOut(.guest))
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
        bench.send(.statisticsTimedOut(.guest))
        bench.held = bench.arbiter.target
        bench.pass(5000)
        bench.answer(available: 20)
        #expect(bench.target < 400)
    }

    @Test("pages that a silent guest takes are an alarm")
    func unsolicited() {
        var bench = Bench(settledAt: 800)
        bench.send(.statisticsTimedOut(.guest))
        bench.starve()
        #expect(bench.state == .alarm && bench.target < 399)
        #expect(bench.arbiter.wakeAt != nil)
    }

    @Test("silence of an empty balloon is told once, and is no trouble: what was going on goes on")
    func inHoldOff() {
        var bench = Bench(settledAt: 100)
        bench.starve()
        bench.held = 0
        bench.send(.progress)
        bench.answer(available: 20)
        let pause = bench.pause
        #expect(pause != nil)
        bench.forget()
        for _ in 0..<5 { bench.send(.statisticsTimedOut(.guest)) }
        #expect(
            bench.happenings == [.statisticsLost(reason: "its balloon is empty, and nothing is asked of it")])
        #expect(bench.target == 0 && bench.state == .notAnswering)
        bench.answer(available: 900)
        #expect(bench.pause == pause)
    }

    @Test("silence of an empty balloon is no strike, and a request is good as soon as the guest answers")
    func empty() {
        var bench = Bench()
        bench.start()
        bench.answer(available: 900)
        for _ in 0..<5 {
            bench.send(.statisticsTimedOut(.guest))
            bench.request(500)
            #expect(bench.state == .notAnswering && bench.target == 0)
            bench.answer(available: 900)
            #expect(bench.state == .inflating && bench.target == 500)
            bench.held = 500 * mebibyte
            bench.send(.progress)
            bench.request(0)
            bench.held = 0
            bench.send(.progress)
        }
        #expect(!bench.happenings.contains { if case .holdOff = $0 { true } else { false } })
    }

    private static let others = Silence.allCases.filter { $0 != .guest }

    @Test(
        "who stands still through no fault of its own keeps its balloon, and goes on without a pause",
        arguments: others)
    func standstill(silence: Silence) {
        var bench = Bench(settledAt: 800)
        bench.forget()
        for _ in 0..<3 {
            let decision = bench.send(.statisticsTimedOut(silence))
            #expect(!decision.interrupt && decision.requestStatistics, "it is looked at again")
        }
        #expect(bench.state == .notAnswering && bench.target == 800 && bench.arbiter.wakeAt == nil)
        #expect(bench.happenings.count == 1, "told once")
        #expect(bench.arbiter.reason.hasPrefix("the guest does not answer: "))
        bench.send(.reclaim)
        bench.request(850)
        #expect(bench.target == 800, "nothing more is asked of it")
        bench.request(800)
        bench.answer(available: 100)
        #expect(bench.state == .settled && bench.target == 800)
        #expect(bench.happenings.last == .statisticsBack)
    }

    @Test("in the middle of a climb, too", arguments: others)
    func standstillOnTheWay(silence: Silence) {
        var bench = Bench()
        bench.start()
        bench.request(512)
        bench.answer(available: 900)
        bench.held = 100 * mebibyte
        bench.send(.progress)
        bench.send(.statisticsTimedOut(silence))
        #expect(bench.state == .notAnswering && bench.target == 512)
        bench.pass(60_000)
        bench.held = 101 * mebibyte
        bench.send(.progress)
        #expect(bench.state == .inflating && bench.target == 512 && bench.arbiter.wakeAt != nil)
        bench.wake()
        #expect(bench.state == .inflating, "the time that it stood still is no stall")
    }

    @Test("an alarm goes on when its host does", arguments: others)
    func standstillInAlarm(silence: Silence) {
        var bench = Bench(largeSettledAt: 3900)
        bench.starve()
        let target = bench.target
        bench.send(.statisticsTimedOut(silence))
        #expect(bench.target == target && bench.state == .notAnswering)
        bench.answer(available: 20)
        #expect(bench.state == .alarm && bench.arbiter.wakeAt != nil)
    }

    @Test("less is granted to who stands still, and what it takes by itself is an alarm", arguments: others)
    func signsOfLife(silence: Silence) {
        var bench = Bench(settledAt: 800)
        bench.send(.statisticsTimedOut(silence))
        #expect(bench.request(700).interrupt)
        #expect(bench.target == 700)
        bench.starve()
        #expect(bench.state == .alarm && bench.target < 700)
    }

    @Test("if then it is the guest that stands still, it is helped")
    func guestAfterAll() {
        var bench = Bench(largeSettledAt: 3200)
        bench.send(.statisticsTimedOut(.everybody))
        #expect(bench.target == 3200)
        #expect(bench.send(.statisticsTimedOut(.guest)).interrupt)
        #expect(bench.state == .notAnswering && bench.target == 1600)
    }

    @Test(
        "a guest whose VMM stands still before it ever answered is not taken for one without statistics",
        arguments: others)
    func neverAnswered(silence: Silence) {
        var bench = Bench()
        bench.start()
        bench.request(512)
        bench.send(.statisticsTimedOut(silence))
        #expect(bench.target == 0 && bench.arbiter.hasUsableStatistics)
        bench.answer(available: 900)
        #expect(bench.target == 512)
    }

    @Test("what was given is counted from before the silence")
    func given() {
        var bench = Bench(settledAt: 801)
        bench.send(.statisticsTimedOut(.guest))
        bench.held = bench.arbiter.target
        bench.answer(available: 500)
        while bench.state == .alarm {
            bench.wake()
            bench.answer(available: 500)
        }
        #expect(bench.arbiter.reason == "the guest is well after it was given 801 MiB")
    }

    @Test("while nobody runs, silence means nothing")
    func stopped() {
        var bench = Bench(settledAt: 800)
        bench.send(.driverStopped)
        bench.send(.statisticsTimedOut(.guest))
        #expect(bench.state == .idle && bench.target == 800)
    }
}
