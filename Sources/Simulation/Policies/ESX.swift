/// VMware ESX as published in 2002: min-funding revocation with a tax on idle memory.
///
/// The published system acts in states of free memory; here its allocation always adds up to the budget, which is the
/// kindest reading. What is active is sampled from outside every 30 s, without the noise that sampling has.
struct ESX: Policy {
    static let period = 5000
    static let statisticsPeriod = 30_000
    static let deflatesOnOOM = false

    private var estimates: [ActivityEstimate]
    private var claims: [ESXClaim]

    init(_ view: HostView) {
        estimates = view.guests.map { _ in ActivityEstimate() }
        claims = view.guests.map {
            ESXClaim(min: Double($0.min), max: Double($0.max), shares: Double($0.max) * $0.weight, active: 0)
        }
    }

    mutating func take(_ event: PolicyEvent, at now: UInt64, _ view: borrowing HostView, _ orders: inout Orders) {
        guard event == .tick else { return }
        for guest in estimates.indices {
            if estimates[guest].takenAt == nil || view.sampledAt[guest] > estimates[guest].takenAt ?? 0 {
                estimates[guest].add(Double(view.active[guest]), at: view.sampledAt[guest])
            }
            claims[guest].active = estimates[guest].pages
        }
        let allocation = ESXAllocation.share(Double(view.budget), claims)
        for guest in estimates.indices {
            let visible = Int(allocation[guest])
            // Not worth an interrupt otherwise.
            if abs(visible - view.visible(guest)) > PageUnit.mebibyte { orders.setVisible(guest, pages: visible) }
        }
    }
}
