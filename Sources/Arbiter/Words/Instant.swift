/// A moment of a clock that does not go back. In nanoseconds since whatever moment that clock began with.
///
/// The standard library's clocks have a type of instants each, and `Duration` counts in 128 bits: the arbiter has no clock, and
/// compares times some ten times for each event.
public struct Instant: Sendable, Hashable, Comparable, Codable {
    public let nanoseconds: UInt64

    @inlinable
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// Later than every other.
    public static let never = Instant(nanoseconds: .max)

    @inlinable
    public static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// At most ``never``.
    @inlinable
    public static func + (instant: Instant, span: TimeSpan) -> Instant {
        let (sum, isOver) = instant.nanoseconds.addingReportingOverflow(span.nanoseconds)
        return Instant(nanoseconds: isOver ? .max : sum)
    }

    /// The time from `start` to `end`; none where `end` comes first.
    @inlinable
    public static func - (end: Instant, start: Instant) -> TimeSpan {
        TimeSpan(nanoseconds: end > start ? end.nanoseconds - start.nanoseconds : 0)
    }
}

/// How long something takes, in nanoseconds.
public struct TimeSpan: Sendable, Hashable, Comparable, Codable {
    public let nanoseconds: UInt64

    @inlinable
    public init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    @inlinable
    public static func milliseconds(_ count: UInt64) -> TimeSpan { TimeSpan(nanoseconds: count * 1_000_000) }

    @inlinable
    public static func seconds(_ count: UInt64) -> TimeSpan { TimeSpan(nanoseconds: count * 1_000_000_000) }

    @inlinable public var seconds: Double { Double(nanoseconds) / 1e9 }

    @inlinable
    public static func < (left: TimeSpan, right: TimeSpan) -> Bool { left.nanoseconds < right.nanoseconds }

    /// As much as fits.
    @inlinable
    public static func * (factor: UInt64, span: TimeSpan) -> TimeSpan {
        let (product, isOver) = span.nanoseconds.multipliedReportingOverflow(by: factor)
        return TimeSpan(nanoseconds: isOver ? .max : product)
    }

    @inlinable
    public static func / (span: TimeSpan, divisor: UInt64) -> TimeSpan {
        TimeSpan(nanoseconds: divisor == 0 ? span.nanoseconds : span.nanoseconds / divisor)
    }

    @inlinable
    public static func + (left: TimeSpan, right: TimeSpan) -> TimeSpan {
        let (sum, isOver) = left.nanoseconds.addingReportingOverflow(right.nanoseconds)
        return TimeSpan(nanoseconds: isOver ? .max : sum)
    }
}
