/// Some of the statistics.
public struct StatisticsTags: Sendable, Equatable {
    // A test fails when there are more tags than bits.
    private var bits: UInt32 = 0

    /// None.
    public init() {}

    /// Whether there is none.
    public var isEmpty: Bool { bits == 0 }

    /// How many there are.
    public var count: Int { bits.nonzeroBitCount }

    /// Whether this one is among them.
    public func contains(_ tag: StatisticsTag) -> Bool { bits & 1 << UInt32(tag.rawValue) != 0 }

    /// Takes one in.
    public mutating func insert(_ tag: StatisticsTag) { bits |= 1 << UInt32(tag.rawValue) }

    /// Takes in all of these.
    public mutating func formUnion(_ others: StatisticsTags) { bits |= others.bits }
}
