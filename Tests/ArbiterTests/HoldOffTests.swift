import Arbiter
import Balloon
import Testing

@Suite struct HoldOffTests {
    private typealias Bench = ArbiterBench

    /// Lets an alarm come and go: the guest is well with what it was given.
    private func suffer(_ bench: inout Bench) {
        bench.starve()
        bench.held = bench.arbiter.target
        while bench.state == .alarm {
            bench.answer(available: 1000)
            if bench.state == .alarm { bench.wake() }
        }
    }

    /// Lets the hold-off pass, and the balloon grow to what was asked for.
    private func recover(_ bench: inout Bench) {
        bench.wake()
        while bench.state == .inflating {
            bench.answer(available: 700, free: 650)
            bench.held = bench.arbiter.target
            bench.send(.progress)
        }
    }

    @Test("deflate-on-oom 2: the back-off grows from 10 to 100 to 1000 seconds, and no further")
    func grows() {
        var bench = Bench(settledAt: 600)
        for pause in [10, 100, 1000, 1000] as [UInt64] {
            suffer(&bench)
            #expect(bench.pause == pause)
            recover(&bench)
            #expect(bench.state == .settled)
        }
    }

    @Test("five minutes without trouble after a pause are forgiveness")
    func forgiven() {
        var bench = Bench(settledAt: 600)
        suffer(&bench)
        recover(&bench)
        suffer(&bench)
        #expect(bench.pause == 100)
        recover(&bench)
        bench.pass(301_000)
        suffer(&bench)
        #expect(bench.pause == 10)
    }

    @Test("a pause is not counted as time without trouble")
    func notForgiven() {
        var bench = Bench(settledAt: 600)
        for _ in 0..<3 {
            suffer(&bench)
            recover(&bench)
        }
        bench.pass(290_000)
        suffer(&bench)
        #expect(bench.pause == 1000)
    }

    @Test("deflate-on-oom 3: after the hold-off the balloon is armed again, and the guest is asked first")
    func rearmed() {
        var bench = Bench(settledAt: 600)
        suffer(&bench)
        let held = bench.held
        bench.forget()
        let decision = bench.wake()
        #expect(decision?.requestStatistics == true)
        #expect(bench.state == .inflating)
        #expect(bench.arbiter.target == held)
        #expect(bench.happenings == [.rearmed(target: 600 * mebibyte)])
    }

    @Test("where nothing more was asked for, a hold-off just ends")
    func nothingToTry() {
        var bench = Bench(settledAt: 600)
        suffer(&bench)
        bench.arbiter = resumed(bench, asking: bench.held)
        bench.forget()
        bench.wake()
        #expect(bench.state == .settled)
        #expect(bench.happenings.isEmpty)
    }

    /// The same hold-off, after the operator asked for another size during a pause.
    private func resumed(_ bench: Bench, asking pages: Pages) -> GuestArbiter {
        var bench = bench
        bench.send(.driverStopped)
        bench.send(.requested(pages))
        bench.start(isFresh: false)
        return bench.arbiter
    }

    @Test("deflate-on-oom 4: once it has suffered, a guest's page cache is spared")
    func sparesCaches() {
        var bench = Bench(settledAt: 600)
        suffer(&bench)
        bench.wake()
        bench.answer(available: 400, free: 82)
        #expect(bench.arbiter.target == bench.held + 50 * mebibyte)
        bench.held = bench.arbiter.target
        bench.send(.progress)
        bench.answer(available: 350, free: 32)
        #expect(bench.pause == 100, "all that is left is cache")
    }

    @Test("a guest that complains while it is inflated again is left alone again")
    func complains() {
        var bench = Bench(settledAt: 600)
        suffer(&bench)
        bench.wake()
        bench.answer(available: 500, free: 400, reclaimed: 0)
        bench.held = 100 * mebibyte
        bench.pass(100)
        bench.answer(available: 300, free: 10, reclaimed: 5)
        #expect(bench.pause == 100)
        #expect(bench.arbiter.target == bench.held)
    }

    @Test("nothing happens during a hold-off, whatever the guest says")
    func quiet() {
        var bench = Bench(settledAt: 600)
        suffer(&bench)
        bench.forget()
        let due = bench.arbiter.wakeAt
        bench.answer(available: 1000)
        bench.send(.progress)
        bench.send(.reclaim)
        #expect(bench.happenings.isEmpty)
        #expect(bench.arbiter.wakeAt == due)
    }

    @Test("pages taken during a hold-off are an alarm of their own")
    func alarmAgain() {
        var bench = Bench(largeSettledAt: 3900)
        suffer(&bench)
        let held = bench.held
        #expect(held > 0)
        bench.starve()
        #expect(bench.state == .alarm)
        #expect(bench.arbiter.target < held)
    }

    @Test("under a budget a pause ends early where what was given lies free; not twice, for a working set")
    func endsEarly() throws {
        var bench = try HostBench(budget: nil)
        let guest = try bench.add()
        bench.balloon(guest, 600)
        // No more than its memory, so that it is asked for slack each time.
        try bench.host.set(budget: 1024 * mebibyte, at: bench.now)
        var faults: UInt64 = 0
        func isPausing() -> Bool { if case .holdOff = bench.host.state(of: guest) { true } else { false } }
        /// On its knees until it has been given all, and well then, with what it was given free.
        func suffer() {
            for _ in 0..<20 where !isPausing() {
                bench.pass(bench.host.state(of: guest) == .alarm ? 100 : 1000)
                let isShort = bench.held[guest] ?? 0 > 0
                if isShort { faults += 5000 }
                bench.answer(guest, available: isShort ? 200 : 800, free: isShort ? 60 : 620, faults: faults)
                bench.obey(guest)
            }
        }
        /// Two seconds on, all well.
        func rest() {
            for _ in 0..<20 where isPausing() {
                bench.pass(100)
                bench.answer(guest, available: 800, free: 620, faults: faults)
            }
        }
        suffer()
        #expect(isPausing())
        rest()
        #expect(!isPausing())
        for _ in 0..<20 where bench.held[guest] ?? 0 < 500 * mebibyte {
            bench.pass(250)
            bench.answer(guest, available: 800, free: 620, faults: faults)
            bench.obey(guest)
        }
        suffer()
        #expect(isPausing(), "\(bench.host.state(of: guest)) \(bench.held) \(bench.happenings)")
        rest()
        #expect(isPausing(), "\(bench.host.state(of: guest)) \(bench.held) \(bench.happenings)")
    }
}
