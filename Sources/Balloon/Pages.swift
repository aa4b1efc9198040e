/// A number of pages of 4 KiB (``PageFrame``). The difference of two may be negative.
///
/// It does not overflow: more than 2^52 pages, which are 16 EiB, count as so many wherever a number comes in. Whatever guests or an
/// operator claim can therefore be added up, some two thousand times the most there can be.
@frozen
public struct Pages: Sendable, Hashable {
    /// How many; negative where it is what is missing.
    public let count: Int64

    @usableFromInline static var mostCount: Int64 { 1 << 52 }

    /// Bounds what is beyond ``unlimited``.
    @inlinable
    public init<Number: BinaryInteger>(_ count: Number) {
        self.count = min(max(Int64(clamping: count), -Self.mostCount), Self.mostCount)
    }

    @inlinable
    init(unchecked count: Int64) { self.count = count }

    /// Rounds towards zero. What is not a number is none.
    @inlinable
    public init(rounding count: Double) {
        self.count = count.isNaN ? 0 : Int64(min(max(count, -Double(Self.mostCount)), Double(Self.mostCount)))
    }

    /// The pages that so many bytes fill.
    @inlinable
    public init(bytes: UInt64) { self.init(bytes >> PageFrame.shift) }

    /// More than there can be.
    @inlinable public static var unlimited: Pages { Pages(mostCount) }

    /// The pages of so many MiB: 256 each.
    @inlinable
    public static func mebibytes(_ count: Int64) -> Pages { Pages(count << 8) }

    /// The same in bytes; 0 where it is negative, and `UInt64.max` where it is more than that.
    @inlinable public var bytes: UInt64 {
        let (bytes, isOver) = UInt64(max(count, 0)).multipliedReportingOverflow(by: PageFrame.size)
        return isOver ? .max : bytes
    }

    /// Bytes that are negative where it is.
    @inlinable public var signedBytes: Int64 {
        let (bytes, isOver) = count.multipliedReportingOverflow(by: Int64(PageFrame.size))
        return isOver ? (count < 0 ? .min : .max) : bytes
    }

    /// Itself, or 0 where it is negative.
    @inlinable public var orNone: Pages { count < 0 ? 0 : self }

    /// Such a part of it, rounded down.
    ///
    /// - Parameter factor: what is not a number leaves nothing.
    @inlinable
    public func scaled(by factor: Double) -> Pages { Pages(rounding: Double(count) * factor) }
}

extension Pages: ExpressibleByIntegerLiteral {
    @inlinable
    public init(integerLiteral count: Int64) { self.init(count) }
}

extension Pages: Comparable {
    @inlinable
    public static func < (left: Pages, right: Pages) -> Bool { left.count < right.count }
}

extension Pages: AdditiveArithmetic {
    @inlinable
    public static func + (left: Pages, right: Pages) -> Pages { Pages(unchecked: left.count &+ right.count) }

    @inlinable
    public static func - (left: Pages, right: Pages) -> Pages { Pages(unchecked: left.count &- right.count) }

    /// So many times as many pages, within the same bounds.
    @inlinable
    public static func * <Number: BinaryInteger>(factor: Number, pages: Pages) -> Pages {
        let (product, isOver) = pages.count.multipliedReportingOverflow(by: Int64(clamping: factor))
        guard isOver else { return Pages(product) }
        return (pages.count < 0) == (factor < 0) ? unlimited : Pages(-mostCount)
    }

    /// Such a part of the pages, rounded towards zero. A divisor of 0 counts as 1.
    @inlinable
    public static func / (pages: Pages, divisor: Int64) -> Pages {
        Pages(unchecked: pages.count / (divisor == 0 ? 1 : divisor))
    }

    /// How many times the other fits into it; 0 where the other is nothing.
    @inlinable
    public static func / (pages: Pages, other: Pages) -> Int64 { other.count == 0 ? 0 : pages.count / other.count }
}
