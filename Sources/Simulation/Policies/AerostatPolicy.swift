internal import Arbiter
internal import Balloon

/// Ours: the arbiter of the daemon, with a budget.
struct AerostatPolicy: Policy {
    static let period = 0
    static let statisticsPeriod = Int(HostArbiter.statisticsInterval.nanoseconds / 1_000_000)
    static let deflatesOnOOM = true

    private var host: HostArbiter?
    private var handles: [GuestHandle] = []

    init(_ view: HostView) {
        host = try? Self.start(view, &handles)
    }

    /// An arbiter that finds the guests as they are: with a balloon each, and nothing asked for by an operator.
    private static func start(_ view: HostView, _ handles: inout [GuestHandle]) throws -> HostArbiter {
        let start = Instant(nanoseconds: 0)
        var host = try HostArbiter(budget: nil)
        for guest in view.guests.indices {
            let limits = view.guests[guest]
            var own = try GuestLimits(min: Pages(limits.min), max: Pages(limits.max), weight: limits.weight)
            // They run already.
            own.startGrace = TimeSpan.seconds(0)
            let handle = try host.add(own, at: start)
            handles.append(handle)
            let held = Pages(view.held[guest])
            _ = host.handle(.requested(held), of: handle, at: start, held: held)
            _ = host.handle(.driverStarted(isFresh: true, hasStatistics: true), of: handle, at: start, held: held)
        }
        try host.set(budget: Pages(view.budget), at: start)
        // What stood for each balloon becomes its cap with the budget: take that back.
        for (handle, held) in zip(handles, view.held) {
            _ = host.handle(.requested(0), of: handle, at: start, held: Pages(held))
        }
        return host
    }

    mutating func take(_ event: PolicyEvent, at now: UInt64, _ view: borrowing HostView, _ orders: inout Orders) {
        let now = Instant(nanoseconds: now)
        switch event {
        case .tick: break
        case .statistics(let guest):
            let held = Pages(view.held[guest])
            carryOut(host?.hear(view.statistics[guest], of: handles[guest], at: now, held: held), guest, &orders)
        case .statisticsTimedOut(let guest): tell(guest, .statisticsTimedOut(.guest), now, view, &orders)
        case .unsolicited(let guest, let pages): tell(guest, .unsolicited(Pages(pages)), now, view, &orders)
        case .progress(let guest): tell(guest, .progress, now, view, &orders)
        case .wake(let guest): tell(guest, .wake, now, view, &orders)
        case .wakeHost:
            host?.wake(at: now)
            orders.wakeHost(at: host?.wakeAt?.nanoseconds)
            carryOut(&orders)
        }
    }

    private mutating func tell(
        _ guest: Int, _ input: Input, _ now: Instant, _ view: borrowing HostView, _ orders: inout Orders
    ) {
        carryOut(host?.handle(input, of: handles[guest], at: now, held: Pages(view.held[guest])), guest, &orders)
    }

    private mutating func carryOut(_ decision: Decision?, _ guest: Int, _ orders: inout Orders) {
        guard let decision else { return }
        carryOut(about: guest, decision, &orders)
        carryOut(&orders)
    }

    /// Carries out what was decided about other guests, and drops what nobody here reads.
    private mutating func carryOut(_ orders: inout Orders) {
        while let change = host?.nextChange() { carryOut(about: change.guest.rawValue, change.decision, &orders) }
        while host?.nextMove() != nil {}
        while host?.nextHappening() != nil {}
    }

    private mutating func carryOut(about guest: Int, _ decision: Decision, _ orders: inout Orders) {
        guard let agenda = host?.agenda(of: handles[guest]) else { return }
        if decision.interrupt {
            let target = Int(agenda.target.count)
            if target == orders.target(guest) {
                orders.repeatTarget(guest)
            } else {
                orders.setBalloon(guest, pages: target)
            }
        }
        if decision.requestStatistics { orders.askStatistics(guest) }
        orders.wake(guest, at: agenda.wakeAt?.nanoseconds)
        orders.wakeHost(at: agenda.hostWakeAt?.nanoseconds)
    }
}
