internal import Arbiter
internal import Balloon
internal import BalloonDevice
package import ControlAPI
internal import Linux

/// The guests of a daemon, as the control plane sees them: every question is put to the reactor's thread.
package final class GuestRegistry: GuestReactor {
    private let reactor: Reactor
    private let names: [String]
    private let budget: SharedBudget?

    /// Makes the guests' sockets and starts to serve them.
    ///
    /// Throws ``UnixSocketError`` if a socket cannot be had; then none is left behind.
    package init(
        _ configurations: [GuestConfiguration], events: EventLog, budget: BudgetConfiguration? = nil
    ) async throws {
        let reactor = try Reactor(number: 0, log: events)
        self.reactor = reactor
        names = configurations.map(\.name)
        let shared = try budget.map { try SharedBudget($0, outboxes: [reactor.outbox]) }
        self.budget = shared
        try reactor.start(budget: shared)
        let failure = await reactor.ask { state -> (any Error)? in
            do {
                for configuration in configurations {
                    try state.add(configuration)
                }
                return nil
            } catch {
                return error
            }
        }
        if let failure {
            reactor.stop()
            throw failure
        }
    }

    package func stop() async {
        reactor.stop()
    }

    package func statuses() async -> [GuestStatus] {
        await reactor.ask { state in state.guests.map { $0.status() } }
    }

    package func status(of name: String) async throws(ControlError) -> GuestStatus {
        try await ask(name) { guest in .success(guest.status()) }
    }

    package func setTarget(_ request: TargetRequest, of name: String) async throws(ControlError) -> Accepted {
        try await ask(name) { guest in guest.setTarget(request) }
    }

    package func setStatisticsInterval(
        _ request: StatisticsRequest, of name: String
    ) async throws(ControlError) -> Accepted {
        try await ask(name) { guest in
            let seconds = request.intervalSeconds
            guard seconds == 0 || (seconds >= 0.1 && seconds <= 86400) else {
                return .failure(.invalid("interval \(seconds): must be 0 (off) or 0.1 to 86400 seconds"))
            }
            guest.setStatisticsInterval(seconds: seconds)
            return .success(
                Accepted(
                    message: seconds == 0
                        ? "\(name): statistics are asked for only when they are needed"
                        : "\(name): statistics every \(seconds) s", guest: guest.status()))
        }
    }

    package func refreshStatistics(of name: String) async throws(ControlError) -> GuestStatus {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<_, Never>) in
            reactor.submit { [self] state in
                guard let guest = state.guest(named: name) else {
                    continuation.resume(returning: Result<GuestStatus, ControlError>.failure(unknown(name)))
                    return
                }
                guard guest.canBeAsked else {
                    continuation.resume(
                        returning: .failure(.conflict("\(name): its driver does not run, or sends no statistics")))
                    return
                }
                guest.statisticsWaiters.append { continuation.resume(returning: .success(guest.status())) }
                guest.requestStatistics()
            }
        }
        return try result.get()
    }

    package func reclaim(_ name: String) async throws(ControlError) -> Accepted {
        try await ask(name) { guest in guest.reclaim() }
    }

    package func hint(_ name: String) async throws(ControlError) -> Accepted {
        try await ask(name) { guest in guest.hint() }
    }

    package func budget() async -> BudgetStatus? {
        guard let budget else { return nil }
        return await reactor.ask { $0.budgetStatus(budget) }
    }

    package func setMode(_ mode: BudgetMode) async throws(ControlError) -> BudgetStatus {
        guard let budget else { throw .noBudget }
        return await reactor.ask { state in
            budget.write { arbiter, now in arbiter.set(mode: HostMode(mode), at: now) }
            state.log.append(guest: nil, kind: .mode, message: mode.sentence)
            return state.budgetStatus(budget)
        }
    }

    package func plan(_ need: (guest: String, visible: UInt64)?) async throws(ControlError) -> BudgetPlan {
        guard let budget else { throw .noBudget }
        if let need { _ = try await status(of: need.guest) }
        return await reactor.ask { _ in budget.plan(needing: need.map { ($0.guest, $0.visible) }) }
    }

    private func ask<Answer: Sendable>(
        _ name: String, _ body: @escaping @Sendable (Guest) -> Result<Answer, ControlError>
    ) async throws(ControlError) -> Answer {
        let result = await reactor.ask { [self] state -> Result<Answer, ControlError> in
            guard let guest = state.guest(named: name) else { return .failure(unknown(name)) }
            return body(guest)
        }
        return try result.get()
    }

    private func unknown(_ name: String) -> ControlError {
        .noGuest(name, among: names)
    }
}
