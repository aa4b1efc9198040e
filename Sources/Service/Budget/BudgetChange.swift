internal import Arbiter

/// What was decided about a guest for the sake of others, on its way to the guest's reactor.
struct BudgetChange {
    /// The guest's number at its reactor.
    var guest: Int
    var view: SteeringView
    var decision: PendingDecision
    /// When the alarm was seen that led to this (ns); `nil`: something else did.
    var alarmSeenAt: UInt64?
}

/// Decisions about one guest, joined until its reactor takes them.
struct PendingDecision {
    /// So many happenings are kept.
    private static let mostHappenings = 32

    var interrupt = false
    var requestStatistics = false
    var happenings: [Happening] = []

    mutating func join(_ decision: Decision) {
        interrupt = interrupt || decision.interrupt
        requestStatistics = requestStatistics || decision.requestStatistics
        happenings += decision.happenings.prefix(max(0, Self.mostHappenings - happenings.count))
    }
}
