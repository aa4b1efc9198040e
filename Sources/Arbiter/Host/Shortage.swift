internal import Balloon

/// What is short of memory as a whole, and what of that has been said.
struct Shortage: Sendable, Codable {
    /// Since when something is needed that nobody can pay.
    private var since: Instant?
    private var complainedAt: Instant?
    /// What was told to be short; `nil`: nothing, or it is over.
    private(set) var told: Pages?
    private var isOverdrawn = false

    /// Nothing is needed that is not on its way.
    mutating func end() { since = nil }

    /// Nothing is needed.
    ///
    /// - Returns: what there is to tell of that, if it was told that something is.
    mutating func over() -> HostHappening? {
        since = nil
        guard told != nil else { return nil }
        told = nil
        return .shortageOver
    }

    /// Something is needed, and nobody can pay.
    ///
    /// - Returns: whether that is to be told.
    mutating func goOn(_ short: Pages, _ now: Instant) -> Bool {
        // Who was asked for statistics may have something yet.
        let since = since ?? now
        self.since = since
        guard now >= since + PriceFigures.staleAfter else { return false }
        if let complainedAt, now < complainedAt + MoveFigures.complainEvery { return false }
        complainedAt = now
        told = short
        return true
    }

    /// - Returns: what there is to tell of guests seeing more than there is, or no more than that.
    mutating func judge(free: Pages) -> HostHappening? {
        let isOver = free < 0
        guard isOver != isOverdrawn else { return nil }
        isOverdrawn = isOver
        return isOver ? .overdrawn(by: 0 - free) : .overdraftOver
    }
}
