import Arbiter
import Balloon
import Testing

/// The surest statistic: the guest's kernel has killed a process for want of memory.
@Suite struct KillTests {
    private typealias Bench = ArbiterBench

    private func set(available: UInt64, kills: UInt64, scans: UInt64 = 0) -> Input {
        var set = BalloonStatistics()
        set[.availableMemory] = available << 20
        set[.freeMemory] = available << 20
        set[.totalMemory] = 1024 << 20
        set[.oomKills] = kills
        set[.directScans] = scans << 20
        return .statistics(set)
    }

    private func bench(_ available: UInt64 = 100) -> Bench {
        var bench = Bench(settledAt: 600)
        bench.pass(1000)
        bench.send(set(available: available, kills: 7))
        bench.pass(1000)
        bench.forget()
        return bench
    }

    @Test("a guest that kills is given memory")
    func kills() {
        var bench = bench()
        #expect(bench.send(set(available: 300, kills: 9)).interrupt)
        #expect(bench.state == .alarm && bench.target == 0)
        #expect(bench.arbiter.reason == "its kernel killed 2 processes for want of memory")
        #expect(bench.happenings.contains { if case .pressure = $0 { true } else { false } })
    }

    @Test("also where it seems to have plenty, but looked for memory in between")
    func killsFast() {
        var bench = bench(400)
        bench.send(set(available: 400, kills: 8, scans: 50))
        #expect(bench.state == .alarm)
    }

    @Test("a kill in one of its own cgroups, another boot, and the first word are none of ours")
    func others() {
        var plenty = bench(400)
        plenty.send(set(available: 400, kills: 8))
        #expect(plenty.state == .settled)
        var another = bench()
        another.send(set(available: 100, kills: 0))
        #expect(another.state == .settled)
        another.pass(1000)
        another.send(set(available: 100, kills: 1))
        #expect(another.state == .alarm)
    }

    @Test("in a hold-off, and while the balloon grows, too")
    func anyPhase() {
        var climbing = bench()
        climbing.request(800)
        climbing.send(set(available: 300, kills: 8))
        #expect(climbing.state == .alarm)
        var pausing = bench()
        pausing.request(900)
        pausing.send(set(available: 30, kills: 7))
        guard case .stalled = pausing.state else { return #expect(pausing.state == .idle, "not stalled") }
        pausing.pass(1000)
        pausing.send(set(available: 100, kills: 8))
        #expect(pausing.state == .alarm)
    }

    @Test("with an empty balloon there is nothing to give")
    func empty() {
        var bench = Bench()
        bench.start()
        bench.send(set(available: 20, kills: 0))
        bench.send(set(available: 20, kills: 5))
        #expect(bench.state == .settled)
    }

    @Test("under a budget its floor is learned, from a reset in trouble, too", arguments: [true, false])
    func floor(isReset: Bool) throws {
        var bench = try HostBench(budget: nil)
        let guest = try bench.add()
        bench.balloon(guest, 600)
        try bench.share(1024)
        bench.send(set(available: 100, kills: 0), guest)
        bench.pass(1000)
        if isReset {
            bench.send(.driverStopped, guest)
            bench.held[guest] = 0
            bench.send(.driverStarted(isFresh: true, hasStatistics: true), guest)
        } else {
            bench.send(set(available: 100, kills: 1), guest)
            #expect(bench.host.state(of: guest) == .alarm)
        }
        #expect(bench.floor(guest) >= 423)
    }
}
