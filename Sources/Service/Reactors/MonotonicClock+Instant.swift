internal import Arbiter
internal import Linux

extension MonotonicClock {
    /// Now, for the arbiter.
    static func instant() -> Instant { Instant(nanoseconds: now()) }
}
