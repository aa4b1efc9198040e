internal import Arbiter
internal import Balloon
package import ControlAPI

/// What the control plane asks of a budget.
extension GuestRegistry {
    package func budget() async -> BudgetStatus? {
        guard let shared else { return nil }
        return await status(of: shared)
    }

    private func status(of shared: SharedArbiter) async -> BudgetStatus {
        let (snapshot, host, missing) = await reactors[0].ask { $0.look(at: shared) }
        return snapshot.status(host: host, missing: missing)
    }

    package func setBudget(_ size: BudgetSize) async throws(ControlError) -> BudgetStatus {
        guard let shared else { throw .noBudget }
        let result = await reactors[0].ask { _ in
            shared.write { arbiter, now in
                Result { () throws(AdmissionError) -> BudgetEdit in try arbiter.set(budget: size, at: now) }
            }
        }
        switch result {
        case .success(let edit):
            events.append(guest: nil, kind: .budget, message: edit.sentence, numbers: edit.numbers)
            return await status(of: shared)
        case .failure(.budgetUnderReservations(let wanted, _)):
            let reservations = await status(of: shared).guests.map { (guest: $0.name, bytes: $0.reservation.bytes) }
            let excess = BudgetConfiguration.excess(of: reservations, over: wanted.bytes)
            throw .conflict(
                "budget: \(excess ?? "guests that have reservations are being taken in or let go; try again")")
        case .failure(let error): throw .invalid("budget: \(size): \(error)")
        }
    }

    package func setMode(_ mode: BudgetMode) async throws(ControlError) -> BudgetStatus {
        guard let shared else { throw .noBudget }
        await reactors[0].ask { _ in shared.write { arbiter, now in arbiter.set(mode: HostMode(mode), at: now) } }
        events.append(guest: nil, kind: .mode, message: mode.sentence)
        for reactor in reactors { await reactor.ask { $0.refreshGuests() } }
        return await status(of: shared)
    }

    package func plan(_ need: (guest: String, sees: ByteSize)?) async throws(ControlError) -> BudgetPlan {
        guard let shared else { throw .noBudget }
        if let need { _ = try await status(of: need.guest) }
        let snapshot = await reactors[0].ask { _ in shared.snapshot() }
        return snapshot.plan(needing: need.map { ($0.guest, $0.sees.bytes) })
    }
}
