public import Linux

/// What was given back to the host, and brought in from it.
public struct DiscardCounters: Sendable, Equatable {
    /// Holes punched, or tried to.
    public var calls: UInt64 = 0
    /// Bytes given back.
    public var bytes: UInt64 = 0
    public var failures: UInt64 = 0
    /// Bytes that should have been given back and were not.
    public var failedBytes: UInt64 = 0
    /// The newest failure.
    public var lastError: SystemError?
    /// Bytes brought in for the guest.
    public var populatedBytes: UInt64 = 0
    public var populateError: SystemError?

    public init() {}

    public static func + (left: DiscardCounters, right: DiscardCounters) -> DiscardCounters {
        var sum = DiscardCounters()
        sum.calls = left.calls + right.calls
        sum.bytes = left.bytes + right.bytes
        sum.failures = left.failures + right.failures
        sum.failedBytes = left.failedBytes + right.failedBytes
        sum.lastError = right.lastError ?? left.lastError
        sum.populatedBytes = left.populatedBytes + right.populatedBytes
        sum.populateError = right.populateError ?? left.populateError
        return sum
    }
}
