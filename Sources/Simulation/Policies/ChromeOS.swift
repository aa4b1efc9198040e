internal import Balloon

/// ChromeOS's "balance available": every second, the guest's and the host's available memory are brought together.
///
/// Made for one or two guests; with more, each sees its share of what the host has available.
struct ChromeOS: Policy {
    static let period = 1000
    static let statisticsPeriod = 1000
    static let deflatesOnOOM = true

    private var rules: [ChromeOSRule]

    init(_ view: HostView) {
        rules = view.guests.map { _ in ChromeOSRule() }
    }

    mutating func take(_ event: PolicyEvent, at now: UInt64, _ view: borrowing HostView, _ orders: inout Orders) {
        guard event == .tick else { return }
        let mebibyte = Double(PageUnit.mebibyte)
        let hostAvailable = Double(view.budget - view.resident) / mebibyte / Double(max(1, rules.count))
        for guest in rules.indices {
            guard let free = view.pages(.freeMemory, guest), let caches = view.pages(.diskCaches, guest) else {
                continue
            }
            let held = Double(view.held[guest]) / mebibyte
            let delta = rules[guest].delta(
                balloon: held, guestTotal: Double(view.guests[guest].max) / mebibyte,
                guestAvailable: Double(free + caches) / mebibyte, hostAvailable: hostAvailable)
            guard let delta else { continue }
            let most = view.guests[guest].max - view.guests[guest].min
            orders.setBalloon(guest, pages: min(most, Int((held + delta) * mebibyte)))
        }
    }
}
