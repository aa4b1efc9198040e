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

    /// QEMU's name without its `stat-` prefix: letters and `-`.
    public let name: String
    /// What one of the number is.
    public let unit: Unit
    /// How the number moves.
    public let kind: Kind
    /// What it tells, a few words for people that follow a number of ``unit``.
    public let meaning: String

    init(_ name: String, _ unit: Unit, _ kind: Kind, _ meaning: String) {
        self.name = name
        self.unit = unit
        self.kind = kind
        self.meaning = meaning
    }
}
