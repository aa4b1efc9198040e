internal import Arbiter
internal import Balloon

/// What an arbiter says of one guest.
struct SteeringView {
    var target: Pages = 0
    var requested: Pages?
    var state = GuestState.idle
    var reason = "no driver runs"
    var wakeAt: Instant?
    var hasUsableStatistics = false
    /// Nothing is decided: the target stays as it is.
    var isPaused = false

    init() {}

    init(_ arbiter: GuestArbiter) {
        target = arbiter.target
        requested = arbiter.goal
        state = arbiter.state
        reason = arbiter.reason
        wakeAt = arbiter.wakeAt
        hasUsableStatistics = arbiter.hasUsableStatistics
    }

    init(_ arbiter: borrowing HostArbiter, _ guest: GuestHandle) {
        target = arbiter.target(of: guest)
        requested = arbiter.requested(of: guest)
        state = arbiter.state(of: guest)
        reason = arbiter.reason(of: guest)
        wakeAt = arbiter.wakeAt(of: guest)
        hasUsableStatistics = arbiter.hasUsableStatistics(of: guest)
        isPaused = arbiter.mode == .paused
    }
}
