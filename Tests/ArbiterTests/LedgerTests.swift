import Arbiter
import Balloon
import Testing

@Suite struct LedgerTests {
    @Test("growth has two phases: a payer's pages are granted when they are held, not when they are asked for")
    func twoPhases() throws {
        var bench = try HostBench(budget: 2048)
        let payer = try bench.add()
        let gainer = try bench.add()
        bench.balloon(gainer, 600)
        bench.answer(payer, available: 900)
        try bench.host.set(budget: 1448 * mebibyte, at: bench.now)
        bench.answer(payer, available: 900)
        bench.forget()
        // All that there is is promised, but for what the payer was asked already.
        let due = bench.due(payer)
        #expect(due > 0 && bench.free <= 0)
        bench.starve(gainer)
        #expect(bench.host.state(of: gainer) == .alarm)
        #expect(bench.target(gainer) == 599, "nothing is free: nothing is granted")
        #expect(bench.wanted(gainer) == 599)
        #expect(bench.payers(.alarm) == [payer])
        let change = try #require(bench.changes.last)
        #expect(change.guest == payer && change.decision.interrupt)
        #expect(change.target == bench.host.target(of: payer))
        bench.obey(payer)
        #expect(bench.target(gainer) < 599)
        #expect(bench.free >= 0)
        #expect(bench.changes.last?.guest == gainer, "the gainer is told by the payer's event")
        #expect(bench.host.faults() == [])
    }

    @Test("pages that are taken back unasked are booked at once")
    func loan() throws {
        var bench = try HostBench(budget: 2048)
        let guest = try bench.add()
        bench.balloon(guest, 600)
        try bench.host.set(budget: 424 * mebibyte, at: bench.now)
        bench.starve(guest, 10)
        #expect(bench.free == -10)
        #expect(bench.host.ledger.loans == 10 * mebibyte)
        #expect(bench.moves.contains { $0.rule == .loan && $0.gainer == guest && $0.pages == 10 * mebibyte })
        #expect(bench.happenings.contains(.overdrawn(by: 10 * mebibyte)))
        #expect(bench.target(guest) == 590, "in an alarm it is never asked for more than it holds")
    }

    @Test("an alarm is given what is free at once, in the same decision")
    func atOnce() throws {
        var bench = try HostBench(budget: 2048)
        let guest = try bench.add()
        bench.balloon(guest, 600)
        try bench.host.set(budget: 724 * mebibyte, at: bench.now)
        #expect(bench.free == 300)
        bench.held[guest] = 599 * mebibyte
        let decision = bench.send(.unsolicited(256), guest)
        #expect(decision.interrupt)
        #expect(bench.target(guest) == 300 && bench.free == 0)
    }

    @Test("slack is kept, and sized by the bursts that were seen: 1.25 times the largest, an eighth at most")
    func slack() throws {
        var bench = try HostBench(budget: 8192)
        #expect(bench.host.ledger.slack == 256 * mebibyte, "before any burst, a 32nd")
        let guest = try bench.add()
        bench.balloon(guest, 500)
        try bench.host.set(budget: 8192 * mebibyte, at: bench.now)
        bench.starve(guest, 10)
        #expect(bench.target(guest) == 0)
        #expect(bench.host.ledger.slack == 500 * 5 / 4 * mebibyte)
        bench.pass(3_600_000)
        bench.answer(guest, available: 500)
        bench.pass(3_600_000)
        bench.answer(guest, available: 500)
        #expect(bench.host.ledger.slack < 320 * mebibyte, "an old burst counts less and less")
    }

    @Test("a clock that jumps neither traps nor hurries anything by more than an hour")
    func clock() throws {
        var bench = try HostBench(budget: 512)
        let guest = try bench.add()
        for time in [0, .max, 1, 1 << 63, 5, .max - 1] as [UInt64] {
            let now = Instant(nanoseconds: time)
            bench.now = now
            bench.answer(guest, available: 800)
            bench.obey(guest)
            bench.starve(guest)
            bench.host.wake(at: now)
            #expect(bench.host.faults() == [])
            if let due = bench.host.wakeAt(of: guest) { #expect(due >= now) }
        }
    }
}
