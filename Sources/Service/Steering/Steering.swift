internal import Arbiter
internal import Balloon
internal import Linux

/// What steers one guest: an arbiter of its own or, under a budget, its seat among those that share it.
///
/// What a seat's arbiter says of the guest is kept here as it was told last, so that looking at it takes no lock.
struct Steering {
    private var own = GuestArbiter()
    /// The guest's place in the budget; `nil`: there is none.
    let seat: Seat?
    /// The newest word of the arbiter.
    private var view = SteeringView()

    init(seat: Seat? = nil) {
        self.seat = seat
        refresh()
    }

    var target: Pages { view.target }
    var requested: Pages? { view.requested }
    var state: GuestState { view.state }
    var reason: String { view.reason }
    /// When to tell `.wake` (ns); `nil`: only when something happens.
    var wakeAt: UInt64? { view.wakeAt?.nanoseconds }
    var hasUsableStatistics: Bool { view.hasUsableStatistics }

    /// Takes one input, and says what is to be done about this guest.
    ///
    /// - Parameter seenAt: when it happened (ns), if that was before now.
    mutating func handle(_ input: Input, held: Pages, seenAt: UInt64? = nil) -> Decision {
        let decision: Decision
        if let seat {
            (decision, view) = seat.handle(input, held: held, seenAt: seenAt)
        } else {
            decision = own.handle(input, at: MonotonicClock.instant(), held: held)
            view = SteeringView(own)
        }
        return decision
    }

    /// What was decided about this guest for the sake of others.
    mutating func take(_ decision: GuestDecision) { view = decision.view }

    /// Looks again: a mode may have changed what nobody was told of.
    mutating func refresh() {
        if let seat { view = seat.view() }
    }
}
