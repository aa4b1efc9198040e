public import Balloon

/// What the arbiter is told of one guest.
public enum Input: Sendable, Equatable {
    /// A driver runs: one with an empty balloon, or the one that was paused.
    case driverStarted(isFresh: Bool, hasStatistics: Bool)
    case driverStopped
    /// An operator asks for a balloon of so many pages.
    case requested(Pages)
    /// The balloon that was asked for before is one of so many pages, as the guest's memory is known now.
    case reckoned(Pages)
    /// An operator wants the guest's free memory given to the host.
    case reclaim
    /// Held changed as it should.
    case progress
    /// The guest took so many pages below what we asked for.
    case unsolicited(Pages)
    /// A driver without DEFLATE_ON_OOM took so many pages below what we asked for: it is leaving, or gives back in large
    /// pieces, but it is not out of memory.
    case retaken(Pages)
    case statistics(BalloonStatistics)
    /// A request for statistics was not answered in time. It stays out.
    case statisticsTimedOut(Silence)
    /// The guest's memory cannot be given, and why in a sentence for people; `nil`: it can again.
    case fixed(String?)
    /// The guest begins to tell which of its memory is free, all of which its driver takes meanwhile; or it has done so.
    case hinting(Bool)
    /// The moment of ``GuestArbiter/wakeAt`` has come.
    case wake
}
