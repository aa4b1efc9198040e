/// What a policy is told. Guests are numbered from 0, memory is in pages of 4 KiB.
public enum PolicyEvent: Sendable, Equatable {
    /// The policy's own period has passed.
    case tick
    /// A set of statistics came: it lies in the view.
    case statistics(guest: Int)
    /// A request for statistics was not answered within 3 s.
    case statisticsTimedOut(guest: Int)
    /// The guest took pages back that nobody offered.
    case unsolicited(guest: Int, pages: Int)
    /// Pages moved as they were asked to.
    case progress(guest: Int)
    /// The moment has come for which ``Orders/wake(_:at:)`` asked.
    case wake(guest: Int)
    /// The moment has come for which ``Orders/wakeHost(at:)`` asked.
    case wakeHost
}
