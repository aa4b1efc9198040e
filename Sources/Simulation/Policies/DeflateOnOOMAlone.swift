/// A static split whose guests take pages back when they are out of memory; nobody on the host looks on.
struct DeflateOnOOMAlone: Policy {
    static let period = 0
    static let statisticsPeriod = 0
    static let deflatesOnOOM = true

    init(_ view: HostView) {}

    mutating func take(_ event: PolicyEvent, at now: UInt64, _ view: borrowing HostView, _ orders: inout Orders) {}
}
