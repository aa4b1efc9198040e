public import Balloon

/// What the host says of itself: any of it may be missing.
public struct HostSignals: Sendable, Equatable, Codable {
    public var total: Pages?
    /// MemAvailable of /proc/meminfo.
    public var available: Pages?
    /// Percent of the last 10 s in which some, or all, tasks waited for memory (/proc/pressure/memory, avg10).
    public var someStalled: Double?
    public var fullStalled: Double?
    /// The cgroup's limit, where the guests run in one.
    public var limit: Pages?

    public init(
        total: Pages? = nil, available: Pages? = nil, someStalled: Double? = nil, fullStalled: Double? = nil,
        limit: Pages? = nil
    ) {
        self.total = total
        self.available = available
        self.someStalled = someStalled
        self.fullStalled = fullStalled
        self.limit = limit
    }
}
