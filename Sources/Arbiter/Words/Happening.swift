public import Balloon

/// Something about one guest to be told to people.
public enum Happening: Sendable, Equatable, Codable {
    case targetSet(pages: Pages, reason: String)
    case targetReached(pages: Pages)
    case alarm(unsolicited: Pages, held: Pages, target: Pages)
    /// The guest took nothing back, but its statistics say that it is on its knees: an alarm too.
    case pressure(held: Pages, target: Pages, reason: String)
    /// The guest is well, or there is nothing left to give.
    case alarmOver(held: Pages, given: Pages, isExhausted: Bool)
    case holdOff(time: TimeSpan)
    case rearmed(target: Pages)
    case stalled(held: Pages, wanted: Pages, retryIn: TimeSpan, reason: String)
    case statisticsLost(reason: String)
    case statisticsBack
    case reclaimed(pages: Pages)
}
