internal import Balloon

/// oVirt's Memory Overcommitment Manager: every 10 s all guests shrink, or all grow, by at most 5 %.
///
/// It wants a fifth of the host free; the host here is taken to be so large that the rest is the budget.
struct MoM: Policy {
    static let period = 10_000
    static let statisticsPeriod = 10_000
    static let deflatesOnOOM = false
    private static let samples = 10

    private let hostTotal: Double
    private var hostFree: Window
    private var current: [Window]
    private var unused: [Window]

    init(_ view: HostView) {
        hostTotal = Double(view.budget) / (1 - MoMRule.pressure)
        hostFree = Window(Self.samples)
        current = view.guests.map { _ in Window(Self.samples) }
        unused = current
    }

    mutating func take(_ event: PolicyEvent, at now: UInt64, _ view: borrowing HostView, _ orders: inout Orders) {
        guard event == .tick else { return }
        hostFree.add((hostTotal - Double(view.resident)) / hostTotal)
        for guest in current.indices {
            let visible = view.visible(guest)
            current[guest].add(Double(visible))
            unused[guest].add(Double(view.pages(.freeMemory, guest) ?? 0))
            let used = current[guest].mean - unused[guest].mean
            let limits = view.guests[guest]
            let new = MoMRule.target(
                current: Double(visible), used: used, min: Double(limits.min), max: Double(limits.max),
                hostFree: hostFree.mean)
            if let new { orders.setVisible(guest, pages: Int(new)) }
        }
    }
}
