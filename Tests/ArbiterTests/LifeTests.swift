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
        #expect(bench.state == .idle)
    }

    @Test("what a guest suffered from counts again when the same driver goes on", arguments: Situation.allCases)
    func goOn(situation: Situation) {
        var bench = bench(in: situation)
        let before = bench.state
        bench.send(.driverStopped)
        bench.start(isFresh: false)
        switch situation {
        case .alarm, .holdOff, .stalled: #expect(bench.state == before)
        case .settled, .inflating, .asked, .deflating, .reclaiming, .notAnswering:
            #expect(bench.state == .inflating || bench.state == .deflating || bench.state == .settled)
        }
    }

    @Test("with its machine all goes but what was asked for", arguments: Situation.allCases)
    func machineWent(situation: Situation) {
        var bench = bench(in: situation)
        let goal = bench.arbiter.goal
        bench.send(.driverStopped)
        bench.arbiter.machineWent()
        #expect(bench.state == .idle)
        #expect(bench.target == 0)
        #expect(bench.arbiter.goal == goal)
        #expect(bench.arbiter.wakeAt == nil)
    }

    @Test("under a budget a machine that ended leaves no state, no floor and no claim")
    func machineWentUnderBudget() throws {
        var bench = try HostBench(budget: nil)
        let guest = try bench.add()
        bench.balloon(guest, 512)
        bench.held[guest] = 512 * mebibyte
        try bench.share(1024)
        for _ in 0..<4 { bench.starve(guest) }
        #expect(bench.host.state(of: guest) == .alarm)
        bench.send(.driverStopped, guest)
        #expect(bench.host.state(of: guest) == .idle)
        bench.host.set(isPresent: false, of: guest, at: bench.now)
        #expect(bench.host.state(of: guest) == .idle)
        #expect(bench.host.reason(of: guest) == "no driver runs")
        #expect(bench.host.target(of: guest) == 0)
        #expect(bench.floor(guest) == 0)
        #expect(bench.host.faults() == [])
    }

    @Test("without DEFLATE_ON_OOM what is taken back raises no alarm", arguments: Situation.allCases)
    func retaken(situation: Situation) {
        var bench = bench(in: situation)
        let (before, target) = (bench.state, bench.arbiter.target)
        bench.held -= 512
        let decision = bench.send(.retaken(512))
        #expect(bench.state == before)
        #expect(bench.arbiter.target <= target)
        #expect(!decision.interrupt || bench.arbiter.target != target)
        #expect(!bench.happenings.contains { if case .alarm = $0 { true } else { false } })
    }

    @Test(
        "a fresh driver starts anew, with an empty balloon; what was asked for is pursued when its services are there",
        arguments: Situation.allCases)
    func fresh(situation: Situation) {
        var bench = bench(in: situation)
        bench.held = 0
        bench.send(.driverStopped)
        let decision = bench.start()
        #expect(bench.target == 0 && !decision.requestStatistics)
        #expect(bench.pause == 20)
        #expect(bench.arbiter.reason.hasPrefix("the guest has just started: "))
        bench.answer(available: 900)
        bench.send(.reckoned(1000 * mebibyte))
        #expect(bench.pause == 20 && bench.target == 0, "reckoned anew, it is no operator's word")
        #expect(bench.wake()?.requestStatistics == true)
        #expect(bench.state == .inflating)
    }

    @Test("a fresh driver is asked at once where an operator says so now, and waits for nothing")
    func freshAndAsked() {
        var bench = Bench()
        bench.request(512)
        bench.start()
        #expect(bench.pause == 20)
        #expect(bench.request(512).requestStatistics)
        #expect(bench.state == .inflating)
        bench.send(.driverStopped)
        bench.start()
        bench.request(0)
        #expect(bench.state == .settled)
    }

    @Test("a guest that is paused while it starts is left its time")
    func pausedAtStart() {
        var bench = Bench()
        bench.request(512)
        bench.start()
        bench.pass(5000)
        bench.send(.driverStopped)
        bench.pass(5000)
        bench.start(isFresh: false)
        #expect(bench.pause == 10 && bench.target == 0)
        bench.wake()
        #expect(bench.state == .inflating)
    }

    @Test("a guest that is reset in the middle of what was taken did not live through it: it is left alone for longer")
    func panics() {
        var bench = Bench()
        bench.request(400)
        bench.start()
        for pause in [20, 100, 1000] as [UInt64] {
            bench.wake()
            bench.answer(available: 900)
            bench.held = 400 * mebibyte
            bench.send(.progress)
            bench.pass(8000)
            bench.send(.driverStopped)
            bench.held = 0
            bench.start()
            #expect(bench.pause == pause)
            #expect(bench.arbiter.reason.hasPrefix("the guest was reset soon after it gave 400 MiB"))
        }
        bench.wake()
        bench.answer(available: 800, free: 100)
        #expect(bench.target == 68, "its page cache is spared")
    }

    @Test("a reboot is no trouble: long after, with an empty balloon, or of another virtual machine", arguments: 0..<3)
    func reboots(way: Int) {
        var bench = Bench(settledAt: 400)
        bench.pass(way == 0 ? 61_000 : 1000)
        if way == 1 { bench.held = 0 }
        bench.send(.driverStopped)
        if way == 2 { bench.arbiter.machineWent() }
        bench.held = 0
        bench.start()
        #expect(bench.arbiter.reason.hasPrefix("the guest has just started: "))
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
        #expect(!bench.start().requestStatistics)
        #expect(bench.wake()?.requestStatistics == true)
        bench.answer(available: 900)
        #expect(bench.target == 512)
    }
}
