/// What the arbiter wants done about one guest.
public struct Decision: Sendable, Equatable, Codable {
    /// The driver is to be told of the target by a configuration change.
    public var interrupt = false
    /// The guest is to be asked for statistics now.
    public var requestStatistics = false
    public var happenings: [Happening] = []

    public init() {}

    public var isEmpty: Bool { !interrupt && !requestStatistics && happenings.isEmpty }

    /// Adds what was decided later, before anything was done. Of what is to be told, so much is kept.
    public mutating func join(_ other: Decision) {
        interrupt = interrupt || other.interrupt
        requestStatistics = requestStatistics || other.requestStatistics
        happenings += other.happenings.prefix(max(0, MoveFigures.mostGuestHappenings - happenings.count))
    }
}
