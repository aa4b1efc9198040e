/// xapi's squeezed: all guests stand at the same point between their limits; memory is freed first and granted second.
struct Squeezed: Policy {
    static let period = 1000
    static let statisticsPeriod = 0
    static let deflatesOnOOM = false
    /// What it wants free on the host: 10 MiB, and 9 MiB of slush.
    private static let hostTarget = 19 * PageUnit.mebibyte
    private static let inaccuracy = PageUnit.mebibyte
    /// A guest that makes no progress towards its target for this long is inactive, and left out.
    private static let patience: UInt64 = 5_000_000_000

    private var moved: [UInt64]
    private var lastHeld: [Int]

    init(_ view: HostView) {
        moved = view.guests.map { _ in 0 }
        lastHeld = view.held
    }

    mutating func take(_ event: PolicyEvent, at now: UInt64, _ view: borrowing HostView, _ orders: inout Orders) {
        guard event == .tick else { return }
        let hostFree = view.budget - view.visible
        var range = 0
        var above = 0
        for guest in moved.indices {
            let held = view.held[guest]
            if held != lastHeld[guest] || abs(held - orders.target(guest)) <= Self.inaccuracy { moved[guest] = now }
            lastHeld[guest] = held
            guard isActive(guest, now) else { continue }
            let limits = view.guests[guest]
            range += limits.max - limits.min
            above += max(0, view.visible(guest) - limits.min - 2 * Self.inaccuracy)
        }
        guard range > 0 else { return }
        let share = min(1, max(0, Double(hostFree + above - Self.hostTarget) / Double(range)))
        var grantable = max(0, hostFree - Self.hostTarget)
        for guest in moved.indices where isActive(guest, now) {
            let limits = view.guests[guest]
            let target = limits.min + Int(share * Double(limits.max - limits.min))
            let visible = view.visible(guest)
            if target < visible - Self.inaccuracy {
                orders.setVisible(guest, pages: target)
            } else if target > visible + Self.inaccuracy {
                // The second phase: only what is free already.
                let more = min(target - visible, grantable)
                grantable -= more
                if more > Self.inaccuracy { orders.setVisible(guest, pages: visible + more) }
            }
        }
    }

    private func isActive(_ guest: Int, _ now: UInt64) -> Bool { now - moved[guest] < Self.patience }
}
