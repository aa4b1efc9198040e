internal import Arbiter

/// When a guest of a budget is asked what the host spends on it.
struct SpendingLook {
    /// When it is asked next (ns); `nil`: the budget knows of nothing.
    private var nextAt: UInt64?

    /// When to look (ns); `nil`: not at all.
    ///
    /// - Parameter isNeeded: what is spent counts.
    func deadline(isNeeded: Bool) -> UInt64? { isNeeded ? nextAt ?? 0 : nextAt }

    /// It is time.
    ///
    /// - Parameter now: ns, monotonic.
    mutating func looked(isNeeded: Bool, at now: UInt64) {
        nextAt = isNeeded ? now + HostArbiter.spendingInterval.nanoseconds : nil
    }
}
