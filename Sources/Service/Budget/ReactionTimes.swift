/// How long it took from a page that was taken back unasked being seen until another guest had been told to pay: a histogram.
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
    /// Until the last payer of the newest alarm had been told, ns.
    package private(set) var latest: UInt64 = 0
    private var newest: UInt64 = 0

    /// - Parameter seen: which alarm it is, by its time.
    package mutating func add(_ time: UInt64, since seen: UInt64) {
        if seen > newest {
            newest = seen
            latest = 0
        }
        if seen == newest { latest = max(latest, time) }
        for (index, bound) in Self.bounds.enumerated() where time <= bound { counts[index] += 1 }
        count += 1
        sum &+= time
        longest = max(longest, time)
    }
}
