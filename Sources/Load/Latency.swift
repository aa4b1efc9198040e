public import Histogram

/// From a kick until the guest has seen its message used, in microseconds.
public struct Latency: Sendable, Codable, Equatable {
    /// How many messages were measured.
    public var count: UInt64
    public var p50: Double
    public var p90: Double
    public var p99: Double
    public var p999: Double
    public var max: Double

    /// Takes the quantiles of a histogram of nanoseconds.
    public init(_ histogram: Histogram<UInt64>) {
        func value(_ percentile: Double) -> Double { Double(histogram.valueAtPercentile(percentile)) / 1000 }
        count = histogram.totalCount
        p50 = value(50)
        p90 = value(90)
        p99 = value(99)
        p999 = value(99.9)
        max = histogram.totalCount > 0 ? Double(histogram.max) / 1000 : 0
    }
}
