import Arbiter
import Balloon
import Testing

@Suite struct AlarmTests {
    private typealias Bench = ArbiterBench

    @Test("deflate-on-oom 1: the first page taken back lowers the target by a large step at once")
    func raised() {
        var bench = Bench(largeSettledAt: 2401)
        let decision = bench.starve()
        #expect(decision.interrupt && decision.requestStatistics)
        #expect(bench.state == .alarm)
        #expect(bench.target == 1200, "half of it, being more than 1 GiB")
        #expect(
            bench.happenings.contains(
                .alarm(unsolicited: 256, held: 2400 * mebibyte, target: bench.arbiter.target)))
    }

    @Test("a step is half of the balloon, at least 1 GiB, and not more than there is")
    func stepSizes() {
        for (size, target) in [(801, 0), (1024, 0), (1537, 512), (4097, 2048)] as [(UInt64, UInt64)] {
            var bench = Bench(largeSettledAt: size)
            bench.starve()
            #expect(bench.target == target, "of \(size) MiB")
        }
    }

    @Test("each further page taken back is a further step, and one alarm")
    func repeated() {
        var bench = Bench(largeSettledAt: 3201)
        for target in [1600, 576, 0] as [UInt64] {
            bench.starve()
            #expect(bench.target == target)
        }
        let alarms = bench.happenings.filter { if case .alarm = $0 { true } else { false } }
        #expect(alarms.count == 1)
    }

    @Test("deflate-on-oom 2: in an alarm the target is never above what is held")
    func neverAbove() {
        var bench = Bench(largeSettledAt: 3201)
        bench.starve()
        #expect(bench.target == 1600)
        bench.held = 1300 * mebibyte
        bench.send(.progress)
        #expect(bench.target == 1300)
        bench.request(3900)
        #expect(bench.target == 1300 && bench.state == .alarm)
        bench.answer(available: 3900)
        #expect(bench.target == 1300)
    }

    @Test("an alarm is over when the guest has been well for half a second, not before")
    func over() {
        var bench = Bench(settledAt: 600)
        bench.starve()
        bench.held = bench.arbiter.target
        bench.send(.progress)
        let start = bench.now
        bench.answer(available: 400)
        while bench.state == .alarm {
            #expect(bench.wake()?.requestStatistics == true)
            bench.answer(available: 400)
        }
        #expect(bench.now - start >= 500 * Bench.millisecond)
        #expect(bench.pause == 10)
        let given = 600 * mebibyte - bench.held
        #expect(bench.happenings.contains(.alarmOver(held: bench.held, given: given, isExhausted: false)))
        #expect(bench.happenings.contains(.holdOff(time: 10 * Bench.second)))
        #expect(bench.arbiter.target == bench.held)
    }

    @Test("an alarm lasts while the balloon is above its target, however well the guest says it is")
    func waitsForDeflation() {
        var bench = Bench(settledAt: 600)
        bench.starve()
        for _ in 0..<20 {
            bench.wake()
            bench.answer(available: 500)
        }
        #expect(bench.state == .alarm)
    }

    @Test(
        "drivers: a guest with pages of 64 KiB cannot meet its target to the page; its alarm ends all the same",
        arguments: [true, false])
    func largePages(hasStatistics: Bool) {
        var bench = Bench()
        bench.start(hasStatistics: hasStatistics)
        bench.send(.requested(3200 * mebibyte + 11))
        if hasStatistics { bench.answer(available: 3900) }
        while bench.state == .inflating {
            bench.held = Pages((bench.arbiter.target.count + 15) / 16 * 16)
            bench.send(.progress)
            bench.wake()
        }
        #expect(bench.held == 3200 * mebibyte + 16)
        bench.starve(pages: 256)
        #expect(bench.arbiter.target.count % 16 != 0)
        bench.held = Pages((bench.arbiter.target.count + 15) / 16 * 16)
        bench.send(.progress)
        for _ in 0..<20 where bench.state == .alarm {
            bench.wake()
            if hasStatistics { bench.answer(available: 400) }
        }
        #expect(bench.pause != nil)
    }

    @Test(
        "a guest that is still short is given more, until it is well",
        arguments: [(40, 40, 0, nil), (1000, 5, 5000, nil), (1000, 5, 0, 8)] as [(UInt64, UInt64, UInt64, UInt64?)])
    func complaints(available: UInt64, free: UInt64, faults: UInt64, reclaimed: UInt64?) {
        var bench = Bench(largeSettledAt: 3201)
        bench.starve()
        #expect(bench.target == 1600)
        bench.held = bench.arbiter.target
        bench.answer(available: available, free: free, reclaimed: 0)
        bench.wake()
        bench.answer(available: available, free: free, faults: faults, reclaimed: reclaimed)
        #expect(bench.target < 1600)
        #expect(bench.state == .alarm)
    }

    @Test("faults with free memory are files that are read again: the guest is well")
    func readingAgain() {
        var bench = Bench(settledAt: 600)
        bench.starve()
        bench.held = bench.arbiter.target
        for _ in 0..<10 where bench.state == .alarm {
            bench.answer(available: 400, free: 300, faults: 5000)
            if bench.state == .alarm { bench.wake() }
        }
        #expect(bench.pause != nil)
    }

    @Test("one complaint begins the calm anew")
    func calmIsBroken() {
        var bench = Bench(largeSettledAt: 3200)
        bench.starve()
        bench.held = bench.arbiter.target
        bench.answer(available: 1000)
        bench.pass(400)
        bench.answer(available: 40)
        bench.held = bench.arbiter.target
        bench.pass(200)
        bench.answer(available: 1000)
        #expect(bench.state == .alarm)
        bench.pass(499)
        bench.answer(available: 1000)
        #expect(bench.state == .alarm)
        bench.pass(1)
        bench.answer(available: 1000)
        #expect(bench.pause == 10)
    }

    @Test("a guest that has got everything back and is not well: exhausted, and said so")
    func exhausted() {
        var bench = Bench(settledAt: 200)
        bench.starve()
        #expect(bench.target == 0)
        bench.held = 0
        bench.send(.progress)
        bench.wake()
        bench.answer(available: 20)
        #expect(bench.pause == 10)
        #expect(bench.happenings.contains(.alarmOver(held: 0, given: 200 * mebibyte, isExhausted: true)))
    }

    @Test("a guest that took its last pages needs no interrupt: it may be a driver that leaves")
    func lastPages() {
        var bench = Bench(settledAt: 1)
        let decision = bench.starve()
        #expect(bench.held == 0 && bench.target == 0)
        #expect(!decision.interrupt)
    }

    @Test("without statistics an alarm is over after a second of quiet")
    func withoutStatistics() {
        var bench = Bench()
        bench.start(hasStatistics: false)
        bench.request(600)
        bench.held = 600 * mebibyte
        bench.send(.progress)
        #expect(!bench.starve().requestStatistics)
        bench.held = bench.arbiter.target
        let start = bench.now
        while bench.state == .alarm { bench.wake() }
        #expect(bench.now - start >= Bench.second && bench.now - start < 2 * Bench.second)
        #expect(bench.pause == 10)
    }

    @Test("deflate-on-oom 10: a guest that stops answering in its alarm is given more, down to nothing")
    func silentInAlarm() {
        var bench = Bench(largeSettledAt: 3201)
        bench.starve()
        for target in [576, 0] as [UInt64] {
            bench.held = bench.arbiter.target
            bench.pass(3000)
            #expect(bench.send(.statisticsTimedOut(.guest)).interrupt)
            #expect(bench.target == target && bench.state == .alarm)
        }
        bench.held = 0
        bench.send(.statisticsTimedOut(.guest))
        #expect(bench.pause == 10, "nothing is left to give")
    }

    @Test("a silent guest that has not given its step back yet is not given another")
    func silentAndSlow() {
        var bench = Bench(largeSettledAt: 3201)
        bench.starve()
        bench.send(.statisticsTimedOut(.guest))
        #expect(bench.target == 1600 && bench.arbiter.wakeAt != nil)
    }

    @Test("pages taken where no driver runs are nobody's")
    func notRunning() {
        var bench = Bench()
        bench.send(.unsolicited(256))
        #expect(bench.state == .idle)
    }
}
