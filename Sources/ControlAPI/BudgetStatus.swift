/// How a host's memory is shared at one moment; the answer to `GET /v1/budget`. Sizes are bytes.
public struct BudgetStatus: Codable, Sendable, Equatable {
    public var mode: BudgetMode
    /// What the operator lends to all guests.
    public var budget: UInt64
    /// The budget, as far as the host's own state allows.
    public var effective: UInt64
    /// What all guests together may see.
    public var visible: UInt64
    /// Effective budget less visible; negative: overdrawn, by guests that took or started, or by a budget that was made smaller.
    public var free: Int64
    /// What is to be kept free for bursts.
    public var slack: UInt64
    /// Asked of payers, and not yet arrived.
    public var due: UInt64
    /// Waited for by guests.
    public var wanted: UInt64
    /// Taken unasked, and not yet paid back by anyone.
    public var loans: UInt64
    /// The sum of the guests' reservations.
    public var reserved: UInt64
    public var host: HostStatus
    public var reaction: ReactionStatus
    public var guests: [GuestShareStatus]

    public init(
        mode: BudgetMode, budget: UInt64, effective: UInt64, visible: UInt64, free: Int64, slack: UInt64, due: UInt64,
        wanted: UInt64, loans: UInt64, reserved: UInt64, host: HostStatus, reaction: ReactionStatus,
        guests: [GuestShareStatus]
    ) {
        self.mode = mode
        self.budget = budget
        self.effective = effective
        self.visible = visible
        self.free = free
        self.slack = slack
        self.due = due
        self.wanted = wanted
        self.loans = loans
        self.reserved = reserved
        self.host = host
        self.reaction = reaction
        self.guests = guests
    }
}

/// How the host itself is. Sizes are bytes; `nil`: the machine does not tell.
public struct HostStatus: Codable, Sendable, Equatable {
    public var total: UInt64?
    public var available: UInt64?
    /// `calm`, `some` or `full`: how short of memory the host is.
    public var pressure: String
    /// Percent of the last 10 s in which some, or all, tasks waited for memory.
    public var someStalled: Double?
    public var fullStalled: Double?
    /// The cgroup that all guests' VMMs run in, its limit and what it uses.
    public var group: String?
    public var groupLimit: UInt64?
    public var groupUsed: UInt64?
    /// What this machine does not tell, one sentence each.
    public var missing: [String]

    public init(pressure: String, missing: [String]) {
        self.pressure = pressure
        self.missing = missing
    }
}

/// From a page that was taken back unasked being seen until another guest had been told to pay.
public struct ReactionStatus: Codable, Sendable, Equatable {
    public var count: UInt64
    public var meanSeconds: Double?
    public var longestSeconds: Double?
    /// Until the last payer of the newest alarm had been told.
    public var latestSeconds: Double?
    /// For each upper bound (seconds) how many took at most as long.
    public var buckets: [Bucket]

    public struct Bucket: Codable, Sendable, Equatable {
        public var seconds: Double
        public var count: UInt64

        public init(seconds: Double, count: UInt64) {
            self.seconds = seconds
            self.count = count
        }
    }

    public init(
        count: UInt64, meanSeconds: Double?, longestSeconds: Double?, latestSeconds: Double?, buckets: [Bucket]
    ) {
        self.count = count
        self.meanSeconds = meanSeconds
        self.longestSeconds = longestSeconds
        self.latestSeconds = latestSeconds
        self.buckets = buckets
    }
}
