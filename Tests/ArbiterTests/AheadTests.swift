import Arbiter
import Balloon
import Testing

/// Before anybody waits, and when there is not enough for all.
@Suite struct AheadTests {
    /// A guest that sees 962 MiB of a budget of 1024: 62 are free, 32 of them slack.
    private func settled() throws -> (HostBench, GuestHandle) {
        var bench = try HostBench(budget: nil)
        let guest = try bench.add()
        bench.balloon(guest, 62)
        try bench.share(1024)
        bench.answer(guest, available: 300, free: 200)
        bench.pass(1000)
        return (bench, guest)
    }

    @Test("a guest with little free memory is given some ahead, though its page cache would do; one with enough is not")
    func ahead() throws {
        for (free, isGiven) in [(200, false), (120, false), (40, true), (5, true)] as [(UInt64, Bool)] {
            var (bench, guest) = try settled()
            #expect(bench.target(guest) == 62)
            bench.answer(guest, available: 300, free: free)
            #expect(bench.target(guest) == (isGiven ? 32 : 62), "\(free) MiB free")
            // The slack is for bursts: it stays.
            #expect(bench.free >= 30)
        }
    }

    @Test("what lies beyond the slack is given while memory is calm, and most of the slack where it falls")
    func falling() throws {
        var (bench, guest) = try settled()
        bench.answer(guest, available: 250, free: 60)
        #expect(bench.target(guest) < 32)
        #expect(bench.free >= 0)
    }

    /// Two guests that see all of a budget; of one nothing can be had as long as it keeps its usual comfort.
    private func crowded() throws -> (HostBench, poor: GuestHandle, other: GuestHandle) {
        var bench = try HostBench(budget: nil)
        let poor = try bench.add()
        let other = try bench.add()
        bench.balloon(poor, 500)
        try bench.share(1550)
        for _ in 0..<4 {
            bench.answer(poor, available: 150)
            bench.answer(other, available: 140)
            bench.pass(1000)
        }
        bench.forget()
        return (bench, poor, other)
    }

    @Test("a guest in an alarm waits and nobody can pay: all are left less, and then somebody can")
    func scarcity() throws {
        var (bench, poor, other) = try crowded()
        #expect(bench.target(other) == 0)
        bench.starve(poor)
        for _ in 0..<4 {
            bench.pass(1000)
            bench.answer(poor, available: 10)
            bench.answer(other, available: 140)
        }
        #expect(bench.host.state(of: poor) == .alarm)
        #expect(bench.due(other) > 0)
        #expect(bench.payers(.alarm).contains(other))
    }

    @Test("without an alarm a guest keeps what it needs to be well")
    func noScarcity() throws {
        var (bench, poor, other) = try crowded()
        for _ in 0..<4 {
            bench.pass(1000)
            bench.answer(poor, available: 150)
            bench.answer(other, available: 140)
        }
        #expect(bench.due(other) == 0)
    }
}
