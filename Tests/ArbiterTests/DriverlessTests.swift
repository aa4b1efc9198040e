import Arbiter
import Balloon
import Testing

/// Guests that no driver runs in, and what the host knows of them.
@Suite struct DriverlessTests {
    private let plenty = HostSignals(
        total: 32768 * mebibyte, available: 21000 * mebibyte, someStalled: 0, fullStalled: 0)

    /// A guest whose balloon holds 700 of 1024 MiB, and one of 1.5 GiB that stands at a boot prompt, on 2 GiB.
    private func bench() throws -> (bench: HostBench, guest: GuestHandle, boot: GuestHandle) {
        var bench = try HostBench(budget: 2048)
        let guest = try bench.add(min: 128)
        bench.balloon(guest, 700)
        try bench.share(2048)
        let boot = try bench.host.add(GuestLimits(min: 0, max: 1536 * mebibyte), at: bench.now)
        bench.fetch()
        bench.forget()
        return (bench, guest, boot)
    }

    private func promised(_ guest: GuestHandle, _ bench: HostBench) -> UInt64 {
        UInt64((bench.host.share(of: guest)?.promised ?? 0) / mebibyte)
    }

    private func spend(_ size: UInt64?, _ guest: GuestHandle, _ bench: inout HostBench) {
        bench.host.note(spent: size.map { $0 * mebibyte }, on: guest, at: bench.now)
        bench.fetch()
        #expect(bench.host.faults() == [])
    }

    @Test("after a while it counts with what is spent on it and a margin, and that is said once")
    func afterAWhile() throws {
        var (bench, _, boot) = try bench()
        for _ in 0..<9 {
            spend(100, boot, &bench)
            #expect(promised(boot, bench) == 1536)
            bench.pass(1000)
        }
        bench.pass(1000)
        spend(100, boot, &bench)
        // 100 MiB, and an eighth of the other 1436.
        #expect(promised(boot, bench) == 279)
        spend(200, boot, &bench)
        #expect(promised(boot, bench) == 200 + 167)
        #expect(bench.host.share(of: boot)?.spent == 200 * mebibyte)
        // Where next to nothing is left it is all that it may see.
        spend(1500, boot, &bench)
        #expect(promised(boot, bench) == 1536)
        spend(2000, boot, &bench)
        #expect(promised(boot, bench) == 2000)
        let said = bench.happenings.count { if case .countsSpent(boot, _, _, _) = $0 { true } else { false } }
        #expect(said == 1)
    }

    @Test("when its driver has said how it is, it counts with what it may see")
    func driverComes() throws {
        var (bench, _, boot) = try bench()
        bench.pass(10_000)
        spend(100, boot, &bench)
        bench.send(.driverStarted(isFresh: true, hasStatistics: true), boot)
        #expect(promised(boot, bench) == 279)
        bench.answer(boot, available: 900)
        #expect(promised(boot, bench) == 1536 && bench.host.share(of: boot)?.spent == nil)
        #expect(bench.happenings.contains(.countsWhole(boot, promised: 1536 * mebibyte)))
        #expect(bench.host.faults() == [])
    }

    @Test("one that does not say counts whole at once, or when its answer stays out", arguments: [true, false])
    func silentDriver(tells: Bool) throws {
        var (bench, _, boot) = try bench()
        bench.pass(10_000)
        spend(100, boot, &bench)
        bench.send(.driverStarted(isFresh: true, hasStatistics: tells), boot)
        #expect(promised(boot, bench) == (tells ? 279 : 1536))
        if tells { bench.send(.statisticsTimedOut(.guest), boot) }
        #expect(promised(boot, bench) == 1536)
    }

    @Test("a driver that stops, for a pause or a reset, is waited for as one that has not come")
    func driverStops() throws {
        var (bench, guest, _) = try bench()
        spend(300, guest, &bench)
        bench.send(.driverStopped, guest)
        spend(100, guest, &bench)
        #expect(promised(guest, bench) == 324)
        bench.pass(10_000)
        spend(100, guest, &bench)
        #expect(promised(guest, bench) == 164)
        bench.host.set(isPresent: false, of: guest, at: bench.now)
        #expect(promised(guest, bench) == 0 && bench.host.faults() == [])
        bench.host.set(isPresent: true, of: guest, at: bench.now)
        #expect(promised(guest, bench) == 1024 && bench.host.share(of: guest)?.spent == nil)
    }

    @Test("a guest in an alarm does not wait for that while")
    func alarm() throws {
        var (bench, guest, boot) = try bench()
        spend(100, boot, &bench)
        #expect(bench.free == 188)
        bench.starve(guest)
        // The whole balloon, for it is less than an alarm's step.
        #expect(bench.target(guest) == 0 && bench.wanted(guest) == 0)
        #expect(promised(boot, bench) == 279 && bench.free > 0)
        #expect(bench.host.faults() == [])
    }

    @Test("nobody can pay: who keeps most is named, first of all who has no driver")
    func culprit() throws {
        var (bench, guest, boot) = try bench()
        let other = try bench.add(max: 1024, min: 1024)
        bench.starve(guest)
        for _ in 0..<8 {
            bench.pass(1000)
            bench.answer(other, available: 20)
            bench.answer(guest, available: 20)
        }
        let holder = StandingShortage.Holder(guest: boot, promised: 1536 * mebibyte, hasDriver: false)
        #expect(bench.host.standingShortage?.holder == holder)
        let told = bench.happenings.contains {
            if case .nothingToTake(_, _, _, let said) = $0 { said == holder } else { false }
        }
        #expect(told)
        bench.host.remove(boot, at: bench.now)
        bench.host.remove(other, at: bench.now)
        bench.fetch()
        #expect(bench.host.standingShortage == nil)
    }

    // MARK: - The host lends

    /// The host spends all on the other guest: it has nothing to give.
    private func starving() throws -> (bench: HostBench, guest: GuestHandle) {
        var (bench, guest, boot) = try bench()
        bench.pass(10_000)
        spend(1536, boot, &bench)
        _ = try bench.host.add(GuestLimits(min: 0, max: 512 * mebibyte), at: bench.now)
        bench.fetch()
        bench.forget()
        return (bench, guest)
    }

    @Test("where nobody can pay and the host has plenty, it lends in steps, beyond the budget")
    func hostLends() throws {
        var (bench, guest) = try starving()
        bench.host.handle(plenty, at: bench.now)
        bench.fetch()
        bench.starve(guest)
        #expect(bench.target(guest) == 699 - 64)
        #expect(bench.host.ledger.loans == 65 * mebibyte)
        // And goes on by itself.
        for step in 2...5 as ClosedRange<UInt64> {
            bench.pass(100)
            bench.host.wake(at: bench.now)
            bench.fetch()
            #expect(bench.target(guest) == 699 - 64 * step)
        }
        let lent = bench.moves.filter { $0.rule == .host }
        #expect(lent.allSatisfy { $0.gainer == guest && $0.payer == nil })
        #expect(lent.reduce(0) { $0 + $1.pages } == 320 * mebibyte)
        #expect(bench.host.faults() == [])
    }

    @Test("it does not lend what it has not, and to nobody else")
    func hostKeeps() throws {
        let (start, guest) = try starving()
        var limited = plenty
        limited.limit = 2048 * mebibyte
        var unknown = plenty
        unknown.available = nil
        var stalled = plenty
        stalled.someStalled = 20
        let scarce = HostSignals(total: 32768 * mebibyte, available: 2100 * mebibyte, someStalled: 0, fullStalled: 0)
        for signals in [limited, unknown, stalled, scarce] {
            var bench = start
            bench.host.handle(signals, at: bench.now)
            bench.fetch()
            bench.starve(guest)
            #expect(bench.moves.allSatisfy { $0.rule != .host }, "\(signals)")
        }
        // What runs short is no alarm.
        var bench = start
        bench.host.handle(plenty, at: bench.now)
        bench.answer(guest, available: 60)
        #expect(bench.wanted(guest) > 0 && bench.moves.allSatisfy { $0.rule != .host })
        // Nor is what does not answer.
        bench.send(.statisticsTimedOut(.guest), guest)
        #expect(bench.moves.allSatisfy { $0.rule != .host })
    }

    // MARK: - Limits that follow the guest's memory

    private func change(_ max: UInt64, of guest: GuestHandle, _ bench: inout HostBench) throws {
        try bench.host.set(limits: GuestLimits(min: 64 * mebibyte, max: max * mebibyte), of: guest, at: bench.now)
        bench.fetch()
        #expect(bench.host.faults() == [])
    }

    @Test("memory that comes is seen, whatever the cap; where it goes, less is asked for")
    func capFollows() throws {
        var bench = try HostBench(budget: 8192)
        let guest = try bench.add(min: 64)
        bench.answer(guest, available: 900)
        bench.send(.requested(400 * mebibyte), guest)
        bench.answer(guest, available: 900)
        bench.obey(guest)
        #expect(bench.target(guest) == 400)
        try change(2048, of: guest, &bench)
        #expect(bench.target(guest) == 400 && promised(guest, bench) == 1648)
        try change(1024, of: guest, &bench)
        #expect(bench.target(guest) == 400 && bench.host.requested(of: guest) == 0)
    }

    @Test("a request by what is shared is taken back by what the guest says, before anything goes into the balloon")
    func requestFollows() throws {
        var bench = try HostBench(budget: 8192)
        let guest = try bench.add(min: 64)
        bench.send(.requested(424 * mebibyte), guest)
        #expect(bench.target(guest) == 0)
        try change(450, of: guest, &bench)
        bench.answer(guest, available: 400)
        #expect(bench.target(guest) == 0 && bench.host.state(of: guest) == .settled)
    }

    @Test("who says that it has little counts with what it takes")
    func lowLie() throws {
        var bench = try HostBench(budget: 8192)
        let guest = try bench.add(min: 64)
        bench.answer(guest, available: 900)
        try change(100, of: guest, &bench)
        #expect(promised(guest, bench) == 100)
        spend(800, guest, &bench)
        #expect(promised(guest, bench) == 800)
        spend(nil, guest, &bench)
        #expect(promised(guest, bench) == 100)
    }
}
