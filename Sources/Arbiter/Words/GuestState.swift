/// What one guest's balloon is doing, as the arbiter sees it.
public enum GuestState: Sendable, Equatable, Codable {
    /// No driver runs.
    case idle
    case settled
    /// The guest has just started: what was asked for before is asked of it then.
    case starting(until: Instant)
    /// Towards what was asked for, in steps that the guest's statistics allow.
    case inflating
    case deflating
    case reclaiming
    /// The guest takes pages back unasked; it is given more until it is well.
    case alarm
    /// The guest is well; its balloon is left alone until then.
    case holdOff(until: Instant)
    /// The target cannot be reached; it is tried again then.
    case stalled(until: Instant)
    /// The guest's memory cannot be given, for it is locked or pinned: the balloon does not grow.
    case fixed
    /// The guest tells which of its memory is free: the balloon does not grow, and its statistics do not count.
    case hinting
    /// Statistics worked and stopped. The guest is taken to be under pressure, and given memory, unless it is not the guest
    /// that stands still, or its balloon is empty: then the target stays as it is.
    case notAnswering
}
