internal import Arbiter

/// Ours: the arbiter of the daemon.
struct AerostatPolicy: Policy {
    static let period = 0
    static let statisticsPeriod = 5000
    static let deflatesOnOOM = true

    private var arbiters: [GuestArbiter]
    private var started = false

    init(_ view: HostView) {
        arbiters = view.guests.map { _ in GuestArbiter() }
        for guest in arbiters.indices {
            let held = UInt64(view.held[guest])
            _ = arbiters[guest].handle(.requested(held), at: 0, held: held)
            _ = arbiters[guest].handle(.driverStarted(isFresh: false, hasStatistics: true), at: 0, held: held)
        }
    }

    mutating func take(_ event: PolicyEvent, at now: UInt64, _ view: borrowing HostView, _ orders: inout Orders) {
        switch event {
        case .tick: break
        case .statistics(let guest): tell(guest, .statistics(view.statistics[guest]), now, view, &orders)
        case .statisticsTimedOut(let guest): tell(guest, .statisticsTimedOut, now, view, &orders)
        case .unsolicited(let guest, let pages): tell(guest, .unsolicited(UInt64(pages)), now, view, &orders)
        case .progress(let guest): tell(guest, .progress, now, view, &orders)
        case .wake(let guest): tell(guest, .wake, now, view, &orders)
        }
    }

    private mutating func tell(
        _ guest: Int, _ input: Input, _ now: UInt64, _ view: borrowing HostView, _ orders: inout Orders
    ) {
        let decision = arbiters[guest].handle(input, at: now, held: UInt64(view.held[guest]))
        if decision.interrupt { orders.setBalloon(guest, pages: Int(arbiters[guest].target)) }
        if decision.requestStatistics { orders.askStatistics(guest) }
        orders.wake(guest, at: arbiters[guest].wakeAt)
    }
}
