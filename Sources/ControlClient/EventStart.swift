/// Where a stream of events begins.
public enum EventStart: Sendable, Equatable {
    /// With the oldest that the daemon remembers.
    case oldest
    /// With what happens from now on.
    case now
    /// After the event with this sequence number.
    case after(UInt64)
}
