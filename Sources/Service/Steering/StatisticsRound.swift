/// One request for statistics that is out: when it must be answered, and who waits for the answer.
///
/// Whoever waits is told when the round ends, however it ends: answered, too late, or with its driver.
struct StatisticsRound: ~Copyable {
    /// An answer takes longer (ns) only where the guest is in trouble.
    static let patience: UInt64 = 3_000_000_000

    /// ns, monotonic.
    let deadline: UInt64
    private var waiting: [() -> Void] = []

    /// - Parameter now: ns, monotonic.
    init(at now: UInt64) {
        deadline = now + Self.patience
    }

    /// - Parameter body: called once on the thread on which the round ends. It must not use what steers the guest, which
    ///   is being changed at that moment.
    mutating func whenEnded(_ body: @escaping () -> Void) { waiting.append(body) }

    deinit {
        for body in waiting { body() }
    }
}
