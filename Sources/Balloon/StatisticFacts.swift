/// What is known of one statistic: a line of the table in ``StatisticsTag``.
public struct StatisticFacts: Sendable {
    /// What one of the number is.
    public enum Unit: Sendable {
        /// Bytes.
        case bytes
        /// Times that something happened.
        case count
    }

    /// How the number moves.
    public enum Kind: Sendable {
        /// It only grows, from the guest's boot on.
        case counter
        /// It goes up and down.
        case gauge
    }

    /// What it takes for the number to grow, and so how fast it can.
    public enum Pace: Sendable {
        /// Nothing: it is a size, at most as large as the guest's memory.
        case size
        /// A page is moved to or from where it is kept.
        case moved
        /// A page is looked at.
        case scanned
        /// The kernel does something for a process.
        case served
        /// A process ends.
        case ended
    }

    /// QEMU's name without its `stat-` prefix: letters and `-`.
    public let name: String
    /// What one of the number is.
    public let unit: Unit
    /// What it takes for the number to grow.
    public let pace: Pace
    /// What it tells, a few words for people that follow a number of ``unit``.
    public let meaning: String

    init(_ name: String, _ unit: Unit, _ pace: Pace, _ meaning: String) {
        self.name = name
        self.unit = unit
        self.pace = pace
        self.meaning = meaning
    }

    /// How the number moves.
    public var kind: Kind {
        switch pace {
        case .size: .gauge
        case .moved, .scanned, .served, .ended: .counter
        }
    }
}
