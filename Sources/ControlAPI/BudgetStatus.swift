/// How a host's memory is shared at one moment; the answer to `GET /v1/budget`. Sizes are bytes.
public struct BudgetStatus: Codable, Sendable, Equatable {
    public var mode: BudgetMode
    /// What the operator lends to all guests.
    public var budget: ByteSize
    /// The budget, as far as the host's own state allows.
    public var effective: ByteSize
    /// What all guests together are promised.
    public var promised: ByteSize
    /// Bytes: effective budget less promised; negative: overdrawn, by guests that took or started, or by a budget that was made smaller.
    public var free: Int64
    /// What is to be kept free for bursts.
    public var slack: ByteSize
    /// Asked of payers, and not yet arrived.
    public var due: ByteSize
    /// Waited for by guests.
    public var wanted: ByteSize
    /// Taken unasked, and not yet paid back by anyone.
    public var loans: ByteSize
    /// The sum of the guests' reservations.
    public var reserved: ByteSize
    /// What is needed and nobody can pay; `nil`: nothing.
    public var shortage: ShortageStatus?
    public var host: HostStatus
    public var reaction: ReactionStatus
    public var guests: [GuestShareStatus]

    public init(
        mode: BudgetMode, budget: ByteSize, effective: ByteSize, promised: ByteSize, free: Int64, slack: ByteSize,
        due: ByteSize,
        wanted: ByteSize, loans: ByteSize, reserved: ByteSize, host: HostStatus, reaction: ReactionStatus,
        guests: [GuestShareStatus], shortage: ShortageStatus? = nil
    ) {
        self.mode = mode
        self.budget = budget
        self.effective = effective
        self.promised = promised
        self.free = free
        self.slack = slack
        self.due = due
        self.wanted = wanted
        self.loans = loans
        self.reserved = reserved
        self.host = host
        self.reaction = reaction
        self.guests = guests
        self.shortage = shortage
    }
}

/// How the host itself is. Sizes are bytes; `nil`: the machine does not tell.
public struct HostStatus: Codable, Sendable, Equatable {
    public var total: ByteSize?
    public var available: ByteSize?
    /// `calm`, `some` or `full`: how short of memory the host is.
    public var pressure: String
    /// 0 to 1: how much of the last 10 s some, or all, tasks waited for memory.
    public var stalledSome: Double?
    public var stalledFull: Double?
    /// The cgroup that all guests' VMMs run in, its limit and what it uses.
    public var cgroup: String?
    public var cgroupLimit: ByteSize?
    public var cgroupUsed: ByteSize?
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

/// Something is needed that nobody can pay. Sizes are bytes.
public struct ShortageStatus: Codable, Sendable, Equatable {
    public var bytes: ByteSize
    /// Who keeps most of what there is, first of all a guest that no driver runs in.
    public var holder: String?
    /// How much that is.
    public var holds: ByteSize?
    /// For people.
    public var message: String

    public init(bytes: ByteSize, holder: String?, holds: ByteSize?, message: String) {
        self.bytes = bytes
        self.holder = holder
        self.holds = holds
        self.message = message
    }
}
