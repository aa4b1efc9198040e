import Histogram

/// What some guests have measured: inflating and deflating, the victims apart.
struct LoadTally: Sendable {
    enum Kind: Int, CaseIterable {
        case inflate
        case deflate
        case victimInflate
        case victimDeflate
    }

    /// Nanoseconds, by kind; up to a minute.
    private var histograms = Kind.allCases.map { _ in
        Histogram<UInt64>(lowestDiscernibleValue: 64, highestTrackableValue: 60_000_000_000)
    }
    var failures: [String] = []

    mutating func record(_ kind: Kind, _ nanoseconds: UInt64) {
        histograms[kind.rawValue].record(min(nanoseconds, 60_000_000_000))
    }

    mutating func add(_ other: LoadTally) {
        for index in histograms.indices { histograms[index].add(other.histograms[index]) }
        failures += other.failures
    }

    /// The latency of one kind of messages; `nil` if there were none.
    func latency(_ kind: Kind) -> Latency? {
        let histogram = histograms[kind.rawValue]
        return histogram.totalCount > 0 ? Latency(histogram) : nil
    }

    var messages: UInt64 { histograms.reduce(0) { $0 + $1.totalCount } }
}
