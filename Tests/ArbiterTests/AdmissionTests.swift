import Arbiter
import Balloon
import Testing

@Suite struct AdmissionTests {
    private func limits(_ min: Pages, _ max: Pages, _ weight: Double = 1) -> LimitsError? {
        do {
            _ = try GuestLimits(min: min, max: max, weight: weight)
            return nil
        } catch {
            return error
        }
    }

    @Test("contradictory limits are refused, each with a sentence")
    func contradictions() {
        #expect(limits(2, 1) == .minOverMax(min: 2, max: 1))
        #expect(limits(0, 0) == .badMax(0))
        #expect(limits(0, .unlimited) == .badMax(.unlimited))
        #expect(limits(0, Pages(1 << 32)) == nil)
        for weight in [0, -1, .infinity, 1e-9, 1e9] {
            #expect(limits(1, 2, weight) == .badWeight(weight))
        }
        #expect(limits(1, 2, .nan) != nil)
        #expect(throws: LimitsError.badReservation(3, min: 4, max: 8)) {
            try GuestLimits(min: 4, max: 8, reservation: 3)
        }
        #expect(
            "\(LimitsError.minOverMax(min: 512 * mebibyte, max: 256 * mebibyte))"
                == "min is 512 MiB, which is more than the guest's memory of 256 MiB")
    }

    @Test("a guest whose reservation does not fit is refused, with the arithmetic")
    func reservations() throws {
        var bench = try HostBench(budget: 1024)
        _ = try bench.add(min: 400)
        let second = try bench.add(min: 100, reservation: 400)
        let refusal = AdmissionError.reservations(
            budget: 1024 * mebibyte, reserved: 800 * mebibyte, wanted: 256 * mebibyte)
        #expect(throws: refusal) { try bench.add(min: 256) }
        #expect(
            "\(refusal)"
                == "a reservation of 256 MiB does not fit: 800 MiB of the budget of 1024 MiB are reserved, which leaves 224 MiB"
        )
        bench.host.remove(second, at: bench.now)
        _ = try bench.add(min: 256)
        #expect(bench.host.ledger.reserved == 656 * mebibyte)
        #expect(bench.host.faults() == [])
    }

    @Test("limits that change are admitted like new ones; refused ones leave the old")
    func changes() throws {
        var bench = try HostBench(budget: 1024)
        let guest = try bench.add(min: 400)
        _ = try bench.add(min: 400)
        let more = try GuestLimits(min: 700 * mebibyte, max: 1024 * mebibyte)
        #expect(throws: AdmissionError.self) { try bench.host.set(limits: more, of: guest, at: bench.now) }
        #expect(bench.host.share(of: guest)?.limits.min == 400 * mebibyte)
        let other = try GuestLimits(min: 600 * mebibyte, max: 1024 * mebibyte)
        try bench.host.set(limits: other, of: guest, at: bench.now)
        #expect(bench.host.ledger.reserved == 1000 * mebibyte)
    }

    @Test("a budget is not over the host's memory, nor under what is reserved, nor none")
    func budgets() throws {
        #expect(throws: AdmissionError.budgetOverHost(budget: 2048 * mebibyte, host: 1024 * mebibyte)) {
            try HostBench(budget: 2048, hostMemory: 1024)
        }
        #expect(throws: AdmissionError.emptyBudget) { try HostBench(budget: 0) }
        var bench = try HostBench(budget: 1024)
        _ = try bench.add(min: 400)
        #expect(throws: AdmissionError.budgetUnderReservations(budget: 300 * mebibyte, reserved: 400 * mebibyte)) {
            try bench.host.set(budget: 300 * mebibyte, at: bench.now)
        }
        #expect(bench.host.ledger.budget == 1024 * mebibyte)
        bench.host.handle(HostSignals(total: 512 * mebibyte), at: bench.now)
        bench.fetch()
        #expect(bench.happenings.contains(.budgetOverHost(budget: 1024 * mebibyte, host: 512 * mebibyte)))
        #expect(bench.host.ledger.effective == 512 * mebibyte)
    }

    @Test("a smaller budget is collected from who can pay; nothing is granted until they have given it")
    func shrink() throws {
        var bench = try HostBench(budget: nil)
        let payer = try bench.add()
        let other = try bench.add()
        bench.balloon(other, 400)
        try bench.share(2048)
        bench.answer(payer, available: 900)
        bench.answer(other, available: 90)
        bench.obey(payer)
        let before = bench.host.ledger.promised
        bench.forget()
        try bench.host.set(budget: 1300 * mebibyte, at: bench.now)
        bench.fetch()
        #expect(bench.host.ledger.promised == before, "what a guest sees is not taken by a decision")
        #expect(bench.free < 0 && bench.happenings.contains { if case .overdrawn = $0 { true } else { false } })
        #expect(bench.payers(.overdraft) == [payer])
        bench.answer(other, available: 20)
        #expect(bench.wanted(other) > 0 && bench.target(other) == 400 && bench.moves.allSatisfy { $0.payer != nil })
        for _ in 0..<20 where bench.free < 0 {
            bench.obey(payer)
            bench.pass(1000)
            bench.answer(payer, available: 900 - bench.target(payer))
        }
        #expect(bench.host.ledger.promised <= 1300 * mebibyte)
        #expect(bench.host.faults() == [])
    }

    @Test("a larger budget is given to who waits for it, at once")
    func growth() throws {
        var bench = try HostBench(budget: nil)
        let guest = try bench.add()
        bench.balloon(guest, 600)
        try bench.share(424)
        bench.pass(1000)
        bench.answer(guest, available: 20)
        #expect(bench.wanted(guest) == 128 && bench.target(guest) >= 600)
        try bench.host.set(budget: 1024 * mebibyte, at: bench.now)
        bench.fetch()
        #expect(bench.wanted(guest) == 0 && bench.target(guest) < 600)
        #expect(bench.changes.map(\.guest) == [guest] && bench.moves.last?.rule == .early)
        #expect(bench.host.faults() == [])
    }

    @Test("what the host's shortage has taken off one budget is not given by another")
    func shortHost() throws {
        var bench = try HostBench(budget: 1024, hostMemory: 4096)
        _ = try bench.add()
        var signals = HostSignals(total: 4096 * mebibyte)
        signals.available = 0
        bench.host.handle(signals, at: bench.now)
        let effective = bench.host.ledger.effective
        #expect(effective < 1024 * mebibyte)
        for size in [1000, 2048, 4096, 1024] as [UInt64] {
            try bench.host.set(budget: size * mebibyte, at: bench.now)
            #expect(bench.host.ledger.effective <= effective, "\(size)")
        }
        try bench.host.set(budget: 300 * mebibyte, at: bench.now)
        #expect(bench.host.ledger.effective == 300 * mebibyte)
        #expect(bench.host.faults() == [])
    }

    @Test("a guest whose machine does not run is promised nothing, but its reservation stays")
    func presence() throws {
        var bench = try HostBench(budget: 1024)
        let guest = try bench.add()
        #expect(bench.free == 0)
        bench.host.set(isPresent: false, of: guest, at: bench.now)
        #expect(bench.free == 1024 && bench.host.ledger.reserved == 256 * mebibyte)
        bench.host.set(isPresent: true, of: guest, at: bench.now)
        #expect(bench.free == 0)
        #expect(bench.host.faults() == [])
    }

    @Test("what is said of a guest that is gone changes nothing")
    func gone() throws {
        var bench = try HostBench(budget: 1024)
        let guest = try bench.add()
        bench.host.remove(guest, at: bench.now)
        #expect(bench.send(.unsolicited(256), guest) == bench.send(.wake, GuestHandle(rawValue: -1)))
        #expect(bench.host.share(of: guest) == nil && bench.host.state(of: guest) == .idle)
        #expect(throws: AdmissionError.noSuchGuest) {
            try bench.host.set(limits: try GuestLimits(min: 1, max: 2), of: guest, at: bench.now)
        }
        #expect(bench.host.faults() == [])
    }
}
