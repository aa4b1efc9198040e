/// The budget divided once and for all, without DEFLATE_ON_OOM: what most hosts run.
struct StaticSplit: Policy {
    static let period = 0
    static let statisticsPeriod = 0
    static let deflatesOnOOM = false

    init(_ view: HostView) {}

    mutating func take(_ event: PolicyEvent, at now: UInt64, _ view: borrowing HostView, _ orders: inout Orders) {}
}
