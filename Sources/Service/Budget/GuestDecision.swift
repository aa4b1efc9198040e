internal import Arbiter

/// What was decided about a guest for the sake of others, on its way to the guest's reactor.
struct GuestDecision {
    /// The guest's number at its reactor.
    var guest: Int
    var view: SteeringView
    var decision: Decision
    /// When the alarm was seen that led to this (ns); `nil`: something else did.
    var alarmSeenAt: UInt64?
}
