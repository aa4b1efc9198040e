public import ControlAPI

/// How a wait for a guest's target ended, with the guest's last status.
public enum WaitOutcome: Sendable, Equatable {
    /// Held meets the target, and the target is what was asked for.
    case reached(GuestStatus)
    /// The daemon does not chase the target now: see the status' `state`, `reason` and `retrySeconds`.
    case givenUp(GuestStatus)
    case timedOut(GuestStatus)
}
