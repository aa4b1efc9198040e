import Arbiter
import Balloon
import Testing

/// Drivers that come, go and pause, and operators that ask, in every state.
@Suite struct LifeTests {
    private typealias Bench = ArbiterBench

    enum Situation: CaseIterable {
        case settled, inflating, asked, deflating, reclaiming, alarm, holdOff, stalled, notAnswering
    }

    /// A guest of 8 GiB that was asked for 2400 MiB, in this situation.
    private func bench(in situation: Situation) -> Bench {
        var bench = Bench(largeSettledAt: 2400)
        switch situation {
        case .settled: break
        case .inflating, .asked:
            bench.request(3200)
            if situation == .inflating { bench.answer(available: 1600) }
        case .deflating:
            bench.request(1200)
        case .reclaiming:
            bench.send(.reclaim)
            bench.answer(available: 1600)
        case .alarm: bench.starve()
        case .holdOff:
            bench.starve()
            bench.held = bench.arbiter.target
            while bench.state == .alarm {
                bench.answer(available: 2000)
                if bench.state == .alarm { bench.wake() }
            }
        case .stalled:
            bench.request(3600)
            bench.answer(available: 30)
        case .notAnswering: bench.send(.statisticsTimedOut(.guest))
        }
        bench.forget()
        return bench
    }

    @Test("a stop ends all waiting, from every state", arguments: Situation.allCases)
    func stop(situation: Situation) {
        var bench = bench(in: situation)
        let decision = bench.send(.driverStopped)
        #expect(bench.arbiter.wakeAt == nil)
        #expect(!decision.interrupt && !decision.requestStatistics)
        #expect(bench.arbiter.reason == "no driver runs")
    }

    @Test("a fresh driver starts anew, with an empty balloon, and is asked first", arguments: Situation.allCases)
    func fresh(situation: Situation) {
        var bench = bench(in: situation)
        bench.send(.driverStopped)
        bench.held = 0
        let decision = bench.start()
        #expect(bench.target == 0)
        #expect(bench.state == .inflating && decision.requestStatistics)
        bench.answer(available: 20)
        #expect(bench.pause == 10, "what another driver suffered is forgotten")
    }

    @Test("a paused driver goes on: troubles are kept, all else is set out for again", arguments: Situation.allCases)
    func resume(situation: Situation) {
        var bench = bench(in: situation)
        let before = bench.state
        let target = bench.arbiter.target
        bench.send(.driverStopped)
        bench.pass(60)
        let decision = bench.start(isFresh: false)
        switch situation {
        case .alarm:
            #expect(bench.state == .alarm && decision.requestStatistics)
            #expect(bench.arbiter.target == target && bench.arbiter.wakeAt != nil)
        case .holdOff, .stalled:
            #expect(bench.state == before && bench.arbiter.target == target && bench.arbiter.wakeAt != nil)
        case .inflating, .asked:
            #expect(bench.state == .inflating && decision.requestStatistics)
            #expect(bench.target == 2400, "nothing above what is held before it has answered")
        case .deflating:
            #expect(bench.state == .deflating && bench.target == 1200)
        case .settled, .reclaiming, .notAnswering:
            #expect(bench.target == 2400)
        }
    }

    @Test("a hold-off that ended during a pause is over at once")
    func pauseOverHoldOff() {
        var bench = bench(in: .holdOff)
        bench.send(.driverStopped)
        bench.pass(20_000)
        bench.start(isFresh: false)
        #expect(bench.arbiter.wakeAt == bench.now)
        bench.wake()
        #expect(bench.state == .inflating)
    }

    @Test("the time of a pause is no time of being well")
    func calmOverPause() {
        var bench = bench(in: .alarm)
        bench.held = bench.arbiter.target
        bench.answer(available: 2000)
        bench.send(.driverStopped)
        bench.pass(60_000)
        bench.start(isFresh: false)
        bench.answer(available: 2000)
        #expect(bench.state == .alarm)
    }

    @Test("less that was asked for during a pause is granted at its end", arguments: Situation.allCases)
    func lessDuringPause(situation: Situation) {
        var bench = bench(in: situation)
        bench.send(.driverStopped)
        #expect(!bench.request(200).interrupt)
        let decision = bench.start(isFresh: false)
        #expect(bench.target <= 200)
        #expect(decision.interrupt)
    }

    @Test("less balloon is granted at once, in every state", arguments: Situation.allCases)
    func less(situation: Situation) {
        var bench = bench(in: situation)
        #expect(bench.request(200).interrupt)
        #expect(bench.target == 200)
    }

    @Test(
        "more balloon: asked of a guest that is well, kept for one in trouble or just out of it",
        arguments: Situation.allCases)
    func more(situation: Situation) {
        var bench = bench(in: situation)
        let target = bench.arbiter.target
        let state = bench.state
        let decision = bench.request(3800)
        switch situation {
        case .alarm, .notAnswering, .holdOff:
            #expect(bench.state == state && bench.arbiter.target == target && !decision.interrupt)
            #expect(bench.arbiter.goal == 3800 * mebibyte)
            #expect(bench.arbiter.reason.hasPrefix("asked for 3800 MiB"))
        default:
            #expect(bench.state == .inflating && decision.requestStatistics)
            #expect(bench.arbiter.target <= bench.held)
        }
    }

    @Test("an operator who asks for what is there does not raise the target of an alarm")
    func sameInAlarm() {
        var bench = bench(in: .alarm)
        let target = bench.arbiter.target
        bench.request(2000)
        #expect(bench.arbiter.target == target && bench.state == .alarm)
    }

    @Test("a request before the driver comes is kept")
    func early() {
        var bench = Bench()
        #expect(!bench.request(512).requestStatistics)
        #expect(bench.state == .idle && bench.target == 0)
        #expect(bench.start().requestStatistics)
        bench.answer(available: 900)
        #expect(bench.target == 512)
    }
}
