internal import Balloon

/// Proxmox VE's auto-ballooning: every 10 s, at most 100 MiB for each guest.
///
/// It wants 80 % of the host used; the host here is taken to be so large that its 80 % are the budget.
struct Proxmox: Policy {
    static let period = 10_000
    static let statisticsPeriod = 10_000
    static let deflatesOnOOM = false

    private var machines: [ProxmoxMachine]

    init(_ view: HostView) {
        machines = view.guests.indices.map { guest in
            let limits = view.guests[guest]
            return ProxmoxMachine(
                max: limits.max, min: limits.min, shares: max(1, Int(1000 * limits.weight)),
                balloon: view.visible(guest), free: 0)
        }
    }

    mutating func take(_ event: PolicyEvent, at now: UInt64, _ view: borrowing HostView, _ orders: inout Orders) {
        guard event == .tick else { return }
        for guest in machines.indices {
            machines[guest].balloon = view.visible(guest)
            machines[guest].free = view.pages(.freeMemory, guest) ?? 0
        }
        let goal = view.budget - view.resident
        for (guest, visible) in ProxmoxBalance.targets(machines, goal: goal) {
            orders.setVisible(guest, pages: visible)
        }
    }
}
