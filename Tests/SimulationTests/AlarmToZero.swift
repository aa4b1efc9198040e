import Simulation

/// The trial device of the measurements: the first page taken unasked lowers the target to 0.
struct AlarmToZero: Policy {
    static let period = 0
    static let statisticsPeriod = 0
    static let deflatesOnOOM = true

    init(_ view: HostView) {}

    mutating func take(_ event: PolicyEvent, at now: UInt64, _ view: borrowing HostView, _ orders: inout Orders) {
        if case .unsolicited(let guest, _) = event { orders.setBalloon(guest, pages: 0) }
    }
}
