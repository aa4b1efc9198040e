internal import Balloon

/// What the arbiter wants done about one guest.
public struct Decision: Sendable, Equatable, Codable {
    /// The driver is to be told of the target by a configuration change.
    public var interrupt = false
    /// The guest is to be asked for statistics now.
    public var requestStatistics = false
    public var happenings: [Happening] = []

    public init() {}

    public var isEmpty: Bool { !interrupt && !requestStatistics && happenings.isEmpty }

    /// Has an alarm tell the target that came of it.
    mutating func correctAlarm(target: Pages) {
        for index in happenings.indices {
            switch happenings[index] {
            case .alarm(let unsolicited, let held, _):
                happenings[index] = .alarm(unsolicited: unsolicited, held: held, target: target)
            case .pressure(let held, _, let reason):
                happenings[index] = .pressure(held: held, target: target, reason: reason)
            default: break
            }
        }
    }

    /// Adds what was decided later, before anything was done. Of what is to be told, so much is kept.
    public mutating func join(_ other: Decision) {
        interrupt = interrupt || other.interrupt
        requestStatistics = requestStatistics || other.requestStatistics
        happenings += other.happenings.prefix(max(0, MoveFigures.mostGuestHappenings - happenings.count))
    }
}
