/// How long it took from an alarm being seen until another guest had been told to pay: a histogram.
package struct ReactionTimes: Sendable {
    /// Upper bounds of the buckets, ns.
    package static let bounds: [UInt64] = [
        10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 100_000_000,
    ]
    /// For each bound how many took at most as long.
    package private(set) var counts = [UInt64](repeating: 0, count: bounds.count)
    package private(set) var count: UInt64 = 0
    /// ns.
    package private(set) var sum: UInt64 = 0
    package private(set) var longest: UInt64 = 0

    package mutating func add(_ time: UInt64) {
        for (index, bound) in Self.bounds.enumerated() where time <= bound { counts[index] += 1 }
        count += 1
        sum &+= time
        longest = max(longest, time)
    }
}
