internal import HostSignals

/// One request for statistics that is out: when it must be answered, and who waits for the answer.
///
/// Whoever waits is told when the round ends, however it ends: answered, too late, or with its driver.
struct StatisticsRound: ~Copyable {
    /// An answer takes longer (ns) only where the guest is in trouble.
    static let patience: UInt64 = 3_000_000_000
    /// After this (ns) it is looked what the guest's VMM does: one that is well answers within milliseconds.
    static let beforeLook: UInt64 = 500_000_000
    /// What is due is done within this (ns), unless the daemon itself stood still, or the host with it.
    static let mostLateness: UInt64 = 500_000_000

    /// ns, monotonic.
    let askedAt: UInt64
    private(set) var deadline: UInt64
    /// What the VMM was seen to do, and when.
    private(set) var look: (look: ProcessLook, at: UInt64)?
    private var hasLooked = false
    /// The daemon stood still once, and answers may have lain unread.
    private var isExtended = false
    private var waiting: [() -> Void] = []

    /// - Parameter now: ns, monotonic.
    init(at now: UInt64) {
        askedAt = now
        deadline = now + Self.patience
    }

    /// When there is something to do (ns, monotonic).
    var nextAt: UInt64 { hasLooked ? deadline : deadline - Self.patience + Self.beforeLook }

    /// Looks at the VMM, if it is time.
    mutating func lookIfDue(at now: UInt64, _ look: () -> ProcessLook?) {
        guard !hasLooked, nextAt <= now else { return }
        hasLooked = true
        self.look = look().map { ($0, now) }
    }

    /// Waits once more, if it is late because nobody looked.
    ///
    /// - Returns: whether it does.
    mutating func extendIfLate(at now: UInt64) -> Bool {
        guard !isExtended, now > deadline + Self.mostLateness else { return false }
        isExtended = true
        deadline = now + Self.patience
        look = nil
        hasLooked = false
        return true
    }

    /// - Parameter body: called once on the thread on which the round ends. It must not use what steers the guest, which
    ///   is being changed at that moment.
    mutating func whenEnded(_ body: @escaping () -> Void) { waiting.append(body) }

    deinit {
        for body in waiting { body() }
    }
}
