public import Balloon

/// What the arbiter is told of one guest. Pages are 4096 bytes.
public enum Input: Sendable, Equatable {
    /// A driver runs: one with an empty balloon, or the one that was paused.
    case driverStarted(isFresh: Bool, hasStatistics: Bool)
    case driverStopped
    /// An operator asks for a balloon of so many pages.
    case requested(UInt64)
    /// An operator wants the guest's free memory given to the host.
    case reclaim
    /// Held changed as it should.
    case progress
    /// The guest took so many pages below what we asked for.
    case unsolicited(UInt64)
    case statistics(BalloonStatistics)
    /// A request for statistics was not answered in time.
    case statisticsTimedOut
    /// The moment of ``GuestArbiter/wakeAt`` has come.
    case wake
}

/// What the arbiter wants done.
public struct Decision: Sendable, Equatable, Codable {
    /// The driver is to be told of the target by a configuration change.
    public var interrupt = false
    /// The guest is to be asked for statistics now.
    public var requestStatistics = false
    public var happenings: [Happening] = []

    init() {}
}

/// Something to be told to people. Pages are 4096 bytes.
public enum Happening: Sendable, Equatable, Codable {
    case targetSet(pages: UInt64, reason: String)
    case targetReached(pages: UInt64)
    case alarm(unsolicited: UInt64, held: UInt64, target: UInt64)
    /// The guest took nothing back, but its statistics say that it is on its knees: an alarm too.
    case pressure(held: UInt64, target: UInt64, reason: String)
    /// The guest is well, or there is nothing left to give.
    case alarmOver(held: UInt64, given: UInt64, isExhausted: Bool)
    /// Nanoseconds.
    case holdOff(time: UInt64)
    case rearmed(target: UInt64)
    case stalled(held: UInt64, wanted: UInt64, retryIn: UInt64, reason: String)
    case statisticsLost
    case statisticsBack
    case reclaimed(pages: UInt64)
}
