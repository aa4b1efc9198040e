import Arbiter
import Balloon
import Testing

@Suite struct ModeTests {
    @Test("without a budget each guest is steered as it always was, to what its operator asked for")
    func noBudget() throws {
        var bench = try HostBench(budget: nil)
        let guest = try bench.add()
        var alone = ArbiterBench()
        alone.start()
        alone.request(600)
        bench.send(.requested(600 * mebibyte), guest)
        alone.answer(available: 900)
        bench.answer(guest, available: 900)
        #expect(bench.target(guest) == alone.target && bench.target(guest) == 600)
        bench.obey(guest)
        bench.starve(guest)
        alone.held = 600 * mebibyte
        alone.send(.progress)
        alone.starve()
        #expect(bench.target(guest) == alone.target && bench.host.state(of: guest) == alone.state)
        #expect(bench.moves.isEmpty && bench.changes.isEmpty)
    }

    @Test("watch: it decides and records, and no target is written")
    func watch() throws {
        var bench = try HostBench(budget: 1024, mode: .watch)
        let first = try bench.add()
        _ = try bench.add()
        bench.answer(first, available: 900)
        #expect(bench.target(first) == 0 && bench.changes.isEmpty)
        let advice = bench.moves.filter { $0.payer == first }
        #expect(advice.count == 1 && advice.allSatisfy { !$0.isCarriedOut })
        #expect(advice.first?.sentence { _ in "web1" }.contains("web1 would have lent") == true)
        for _ in 0..<4 {
            bench.pass(1000)
            bench.answer(first, available: 900)
        }
        #expect(bench.moves.count == 1, "advice is not repeated while it may be under way")
        bench.pass(5000)
        bench.answer(first, available: 900)
        #expect(bench.moves.count == 2)
    }

    @Test("watch: a guest in an alarm is helped as without a budget")
    func watchAlarm() throws {
        var bench = try HostBench(budget: nil)
        let guest = try bench.add()
        bench.balloon(guest, 600)
        try bench.share(424)
        bench.host.set(mode: .watch, at: bench.now)
        bench.starve(guest)
        #expect(bench.target(guest) == 0)
    }

    @Test("paused: every target stays as it is, whatever happens; afterwards it goes on")
    func paused() throws {
        var bench = try HostBench(budget: 1524)
        let guest = try bench.add()
        let other = try bench.add()
        bench.answer(guest, available: 900)
        bench.obey(guest)
        let target = bench.target(guest)
        #expect(target > 0)
        bench.host.set(mode: .paused, at: bench.now)
        bench.forget()
        bench.starve(guest, 100)
        bench.answer(guest, available: 10)
        bench.answer(other, available: 900)
        bench.send(.requested(900 * mebibyte), other)
        bench.pass(10_000)
        bench.send(.wake, guest)
        #expect(bench.target(guest) == target && bench.target(other) == 0 && bench.changes.isEmpty)
        #expect(bench.host.wakeAt(of: guest) == nil)
        bench.host.set(mode: .on, at: bench.now)
        bench.answer(other, available: 900)
        #expect(bench.target(other) > 0)
        #expect(bench.host.faults() == [])
    }

    @Test("an operator's target is a cap on what the guest sees: it shrinks to it, and does not grow beyond it")
    func cap() throws {
        var bench = try HostBench(budget: 4096)
        let guest = try bench.add()
        bench.send(.requested(400 * mebibyte), guest)
        bench.answer(guest, available: 900)
        #expect(bench.target(guest) == 400)
        bench.obey(guest)
        #expect(bench.host.share(of: guest)?.cap == 624 * mebibyte)
        bench.answer(guest, available: 40)
        bench.pass(1000)
        #expect(bench.wanted(guest) == 0 && bench.target(guest) == 400, "it runs short, and may have no more")
        bench.starve(guest)
        #expect(bench.target(guest) == 0, "but no one is let die for a cap")
        for _ in 0..<20 {
            bench.obey(guest)
            bench.answer(guest, available: 600)
            bench.pass(100)
        }
        bench.pass(10_000)
        bench.send(.wake, guest)
        bench.answer(guest, available: 900)
        #expect(bench.target(guest) == 400, "after the hold-off the cap holds again")
    }

    @Test("a higher cap grants nothing by itself: the guest grows into it as it needs")
    func higherCap() throws {
        var bench = try HostBench(budget: 4096)
        let guest = try bench.add()
        bench.send(.requested(400 * mebibyte), guest)
        bench.answer(guest, available: 900)
        bench.obey(guest)
        bench.send(.requested(0), guest)
        #expect(bench.target(guest) == 400)
        bench.pass(1000)
        bench.answer(guest, available: 50)
        #expect(bench.target(guest) == 400 - 128)
        #expect(bench.moves.last?.rule == .early)
    }

    @Test(
        "a cap that is asked for again is tried at once where the guest was given up, and kept where it is left alone")
    func repeatedCap() throws {
        var bench = try HostBench(budget: 4096)
        let guest = try bench.add()
        bench.send(.requested(400 * mebibyte), guest)
        bench.answer(guest, available: 33)
        guard case .stalled = bench.host.state(of: guest) else {
            Issue.record("it has nothing to spare")
            return
        }
        let again = bench.send(.requested(400 * mebibyte), guest)
        #expect(again.requestStatistics && bench.host.state(of: guest) == .inflating)
        bench.answer(guest, available: 900)
        #expect(bench.target(guest) == 400)
        // Said again on the way, it changes nothing.
        #expect(bench.send(.requested(400 * mebibyte), guest) == bench.send(.wake, GuestHandle(rawValue: -1)))
        bench.obey(guest)
        bench.starve(guest)
        while bench.host.state(of: guest) == .alarm {
            bench.obey(guest)
            bench.answer(guest, available: 600)
            bench.pass(100)
        }
        let pause = bench.host.state(of: guest)
        guard case .holdOff = pause else {
            Issue.record("it is left alone")
            return
        }
        let target = bench.target(guest)
        let kept = bench.send(.requested(400 * mebibyte), guest)
        #expect(!kept.interrupt && bench.target(guest) == target && bench.host.state(of: guest) == pause)
        #expect(bench.host.reason(of: guest).contains("left alone"))
        #expect(bench.host.faults() == [])
    }

    @Test("plan says what would happen, and changes nothing")
    func plan() throws {
        var bench = try HostBench(budget: 2048)
        let payer = try bench.add()
        let guest = try bench.add()
        bench.balloon(guest, 600)
        try bench.share(1448)
        bench.answer(payer, available: 900)
        bench.obey(payer)
        bench.pass(1000)
        bench.answer(payer, available: 800)
        bench.fetch()
        let ledger = bench.host.ledger
        let sees = bench.host.share(of: guest)?.promised ?? 0
        let plan = bench.host.plan(needing: (guest, sees + 300 * mebibyte), at: bench.now)
        #expect(plan.alreadyThere == sees && plan.short == 0)
        #expect(plan.moves.contains { $0.payer == payer && $0.gainer == guest })
        #expect(bench.host.ledger == ledger && bench.host.nextMove() == nil)
    }
}
