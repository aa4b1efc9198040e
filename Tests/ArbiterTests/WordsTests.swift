import Arbiter
import Balloon
import Testing

/// What is said of a guest is so. Sizes in MiB.
@Suite struct WordsTests {
    @Test("a guest that has memory available, but no more than is to stay with it, does not use all that it sees")
    func nothingToSpare() throws {
        var bench = try HostBench(budget: 2048)
        let payer = try bench.add()
        let guest = try bench.add()
        bench.answer(payer, available: 155)
        let plan = bench.host.plan(needing: (guest, 900 * mebibyte), at: bench.now)
        let refusal = plan.refusals.first { $0.guest == payer }?.reason
        #expect("\(try #require(refusal))" == "it has 155 MiB available, and 153 MiB are to stay with it")
    }

    @Test("who pays nothing is told apart by what its balloon does")
    func busy() throws {
        var bench = try HostBench(budget: 2048)
        let payer = try bench.add()
        let guest = try bench.add()
        func why(_ host: HostArbiter) throws -> String {
            "\(try #require(host.plan(needing: (guest, 900 * mebibyte), at: bench.now).refusals.first).reason)"
        }
        #expect(try why(bench.host) == "it has not said lately how it is")
        bench.balloon(payer, 600)
        bench.send(.requested(600 * mebibyte), payer)
        bench.send(.requested(100 * mebibyte), payer)
        try bench.share(2048)
        bench.answer(payer, available: 800)
        #expect(try why(bench.host) == "its balloon is on its way to a smaller size")
        bench.held[payer] = 0
        bench.send(.driverStarted(isFresh: true, hasStatistics: false), payer)
        #expect(try why(bench.host) == "it sends no statistics, so nobody knows what it can spare")
        bench.send(.driverStopped, payer)
        #expect(try why(bench.host) == "no driver runs")
    }

    @Test("a balloon that lacks a little of what was asked for is told with what it lacks")
    func stalled() {
        var bench = ArbiterBench()
        bench.start(hasStatistics: false)
        bench.send(.requested(96 * mebibyte - 10))
        bench.held = 96 * mebibyte - 210
        bench.send(.progress)
        for _ in 0..<40 where bench.arbiter.state == .inflating {
            bench.pass(1000)
            bench.send(.wake)
        }
        #expect(bench.arbiter.reason == "800 KiB less than 95 MiB: less than 1 MiB came for 6 s")
    }

    @Test("an alarm names the target that came of it, not the one that it wished for")
    func alarm() throws {
        var bench = try HostBench(budget: 2048)
        let guest = try bench.add()
        let other = try bench.add()
        bench.balloon(guest, 600)
        // All but 10 MiB of what there is are promised to both.
        try bench.share(1458)
        bench.answer(other, available: 200)
        bench.pass(100)
        bench.held[guest] = 600 * mebibyte - mebibyte
        let decision = bench.host.handle(
            .unsolicited(1 * mebibyte), of: guest, at: bench.now, held: 600 * mebibyte - mebibyte)
        let told = decision.happenings.compactMap { happening -> Pages? in
            if case .alarm(_, _, let target) = happening { target } else { nil }
        }
        #expect(told == [bench.host.target(of: guest)])
        #expect(bench.host.target(of: guest) > 500 * mebibyte)
    }

    @Test("a payer's reason names who needs it, and why")
    func payer() throws {
        let now = Instant(nanoseconds: 1_000_000_000)
        var host = try HostArbiter(budget: 1024 * mebibyte)
        let limits = try GuestLimits(min: 64 * mebibyte, max: 1024 * mebibyte)
        let guests = try ["db", "web1"].map { try host.add(limits, called: $0, at: now) }
        var set = BalloonStatistics()
        set[.availableMemory] = 900 << 20
        set[.freeMemory] = 900 << 20
        set[.totalMemory] = 1024 << 20
        for guest in guests {
            _ = host.handle(.driverStarted(isFresh: true, hasStatistics: true), of: guest, at: now, held: 0)
        }
        _ = host.handle(.statistics(set), of: guests[0], at: now, held: 0)
        #expect(host.reason(of: guests[0]).contains(" more (guests see more than there is); none that can pay now"))
        let held = host.target(of: guests[0])
        _ = host.handle(.progress, of: guests[0], at: now, held: held)
        host.set(mode: .watch, at: now)
        host.set(mode: .on, at: now)
        _ = host.handle(.statistics(set), of: guests[1], at: now, held: 512 * mebibyte)
        _ = host.handle(.statistics(set), of: guests[0], at: now, held: held)
        _ = host.handle(.unsolicited(256), of: guests[1], at: now, held: 511 * mebibyte)
        let reason = host.reason(of: guests[0])
        #expect(reason.contains(" more for web1 (alarm); none that can pay now is cheaper"), "\(reason)")
    }
}
