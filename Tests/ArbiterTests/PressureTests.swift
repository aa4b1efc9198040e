import Arbiter
import Balloon
import Testing

@Suite struct PressureTests {
    private let calm = HostSignals(total: 8192 * mebibyte, available: 4096 * mebibyte, someStalled: 0, fullStalled: 0)
    private let tight = HostSignals(total: 8192 * mebibyte, available: 100 * mebibyte, someStalled: 40, fullStalled: 20)

    @Test("free pages first: where some tasks wait, guests without free page reporting pass theirs through the balloon")
    func reclaim() throws {
        var bench = try HostBench(budget: 8192)
        let reporting = try bench.add()
        let other = try bench.add()
        bench.host.set(hasReporting: true, of: reporting)
        for guest in [reporting, other] { bench.answer(guest, available: 800) }
        bench.host.handle(HostSignals(someStalled: 20), at: bench.now)
        bench.fetch()
        #expect(bench.host.pressure == .some)
        #expect(bench.host.state(of: other) == .reclaiming && bench.host.state(of: reporting) == .settled)
        #expect(bench.changes.contains { $0.guest == other && $0.decision.requestStatistics })
        #expect(bench.host.ledger.effective == 8192 * mebibyte)
    }

    @Test("the balloon second: where all wait, or little is available, the budget is tightened, and guests pay")
    func tighten() throws {
        var bench = try HostBench(budget: 4096)
        let guest = try bench.add()
        bench.host.set(hasReporting: true, of: guest)
        bench.answer(guest, available: 900)
        bench.host.handle(tight, at: bench.now)
        bench.fetch()
        #expect(bench.host.pressure == .full && bench.free == -412)
        #expect(bench.payers(.pressure) == [guest])
        #expect(bench.happenings.contains(.pressure(.full, effectiveBudget: 612 * mebibyte)))
        for _ in 0..<30 {
            bench.pass(1000)
            bench.host.handle(calm, at: bench.now)
        }
        #expect(bench.host.pressure == .calm && bench.host.ledger.effective == 4096 * mebibyte)
    }

    @Test("it takes less to stay in trouble than to come into it")
    func hysteresis() throws {
        var bench = try HostBench(budget: 4096)
        for (stalled, level) in [(8, .calm), (12, .some), (8, .some), (3, .calm)] as [(Double, HostPressure)] {
            bench.host.handle(HostSignals(someStalled: stalled), at: bench.now)
            bench.pass(1000)
            #expect(bench.host.pressure == level, "\(stalled) %")
        }
    }

    @Test("a cgroup's limit bounds the budget; what is reserved stays")
    func limit() throws {
        var bench = try HostBench(budget: 4096)
        bench.host.handle(HostSignals(limit: 2048 * mebibyte), at: bench.now)
        #expect(bench.host.ledger.effective == 2048 * mebibyte)
        bench.host.handle(HostSignals(), at: bench.now)
        #expect(bench.host.ledger.effective == 4096 * mebibyte)
    }

    @Test("when nothing can be had it says so, once in a while, and when it is over")
    func nothing() throws {
        var bench = try HostBench(budget: 1024)
        let first = try bench.add(min: 512)
        let second = try bench.add(min: 512)
        var complaints = 0
        for _ in 0..<30 {
            bench.pass(1000)
            for guest in [first, second] { bench.answer(guest, available: 20) }
            complaints += bench.happenings.count { if case .nothingToTake = $0 { true } else { false } }
            bench.forget()
        }
        #expect((2...3).contains(complaints))
        bench.host.remove(second, at: bench.now)
        bench.fetch()
        #expect(bench.happenings.contains(.shortageOver) && bench.happenings.contains(.overdraftOver))
    }
}
