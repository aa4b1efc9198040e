internal import Balloon

/// What is short of memory as a whole, and what of that has been said.
struct Shortage: Sendable, Codable {
    /// Since when something is needed that nobody can pay.
    private var since: Instant?
    private var complainedAt: Instant?
    private var isTold = false
    private var isOverdrawn = false

    /// Nothing is needed that is not on its way.
    mutating func end() { since = nil }

    /// Nothing is needed.
    ///
    /// - Returns: what there is to tell of that, if it was told that something is.
    mutating func over() -> HostHappening? {
        since = nil
        guard isTold else { return nil }
        isTold = false
        return .shortageOver
    }

    /// Something is needed, and nobody can pay.
    ///
    /// - Returns: what there is to tell of that.
    mutating func goOn(_ short: Pages, of ledger: Ledger, _ now: Instant) -> HostHappening? {
        // Who was asked for statistics may have something yet.
        let since = since ?? now
        self.since = since
        guard now >= since + PriceFigures.staleAfter else { return nil }
        if let complainedAt, now < complainedAt + MoveFigures.complainEvery { return nil }
        complainedAt = now
        isTold = true
        return .nothingToTake(short: short, promised: ledger.promised, budget: ledger.effective)
    }

    /// - Returns: what there is to tell of guests seeing more than there is, or no more than that.
    mutating func judge(free: Pages) -> HostHappening? {
        let isOver = free < 0
        guard isOver != isOverdrawn else { return nil }
        isOverdrawn = isOver
        return isOver ? .overdrawn(by: 0 - free) : .overdraftOver
    }
}
