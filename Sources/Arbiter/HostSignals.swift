/// What the host says of itself: any of it may be missing. Pages of 4 KiB.
public struct HostSignals: Sendable, Equatable, Codable {
    public var total: UInt64?
    /// MemAvailable of /proc/meminfo.
    public var available: UInt64?
    /// Percent of the last 10 s in which some, or all, tasks waited for memory (/proc/pressure/memory, avg10).
    public var someStalled: Double?
    public var fullStalled: Double?
    /// The cgroup's limit, where the guests run in one.
    public var limit: UInt64?

    public init(
        total: UInt64? = nil, available: UInt64? = nil, someStalled: Double? = nil, fullStalled: Double? = nil,
        limit: UInt64? = nil
    ) {
        self.total = total
        self.available = available
        self.someStalled = someStalled
        self.fullStalled = fullStalled
        self.limit = limit
    }
}
