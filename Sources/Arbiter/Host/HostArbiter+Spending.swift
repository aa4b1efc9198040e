public import Balloon

/// Guests of which the host knows better than they say: those without a driver, and those that say that they have less memory
/// than their VMMs share.
extension HostArbiter {
    /// Takes what the host spends on a guest's memory: told every second of a guest that no driver runs in, and of one that says that
    /// it has less than its VMM shares.
    ///
    /// A guest without a driver may see all of its memory, and mostly uses little of it. After a while, or at once where a guest in
    /// an alarm waits, it counts with what is spent on it and a margin, until a driver has said how it is. One that has a driver
    /// counts with what is spent at least: to say little brings nothing.
    ///
    /// - Parameter pages: `nil`: nobody looks any longer.
    public mutating func note(spent pages: Pages?, on guest: GuestHandle, at now: Instant) {
        let now = time.at(now)
        let index = guest.rawValue
        guard books.isUsed(index), books[index].presence == .running else { return }
        let isDue = books.change(index) { $0.hostSide.note(spent: pages, at: now) }
        if isDue { countSpent(index) }
        books.rankDriverless(index)
        balance(now)
    }

    /// Has guests without a driver count with what the host spends on them where a guest in an alarm waits: those first that
    /// keep most for nothing.
    mutating func countSpentInAlarm() {
        for _ in 0..<MoveFigures.perEvent {
            guard let (claimant, _) = books.claims.first, books[claimant].claim == .alarm,
                ledger.free < books[claimant].account.wanted, let (index, _) = books.driverless.first
            else { return }
            countSpent(index)
        }
    }

    private mutating func countSpent(_ index: Int) {
        books.change(index) { $0.hostSide.beginToCountSpent() }
        books.rankDriverless(index)
        let guest = books[index]
        guard ledger.budget != nil, let spent = guest.hostSide.spent else { return }
        news.append(
            .countsSpent(
                GuestHandle(rawValue: index), promised: guest.account.promised, spent: spent, max: guest.limits.max))
    }

    /// A guest's driver has said how the guest is, or does not say it: the guest counts with what it may see.
    mutating func noteHeard(_ index: Int) {
        guard books[index].hostSide.countsSpent else { return }
        _ = books.change(index) { $0.hostSide.driverHeard() }
        guard ledger.budget != nil else { return }
        news.append(.countsWhole(GuestHandle(rawValue: index), promised: books[index].account.promised))
    }

    // MARK: - What its VMM is allowed

    /// Takes what the cgroups of a guest's VMM allow. That less what the VMM needs for itself is the most that the guest may see:
    /// it shrinks to that as to an operator's cap, and not even an alarm gives it more.
    ///
    /// - Parameter limit: `nil`: they have no limit.
    public mutating func set(groupLimit limit: GroupLimit?, of guest: GuestHandle, at now: Instant) {
        let now = time.at(now)
        let index = guest.rawValue
        guard books.isUsed(index) else { return }
        let old = books[index].groupLimit
        if let old, let limit, old.limit == limit.limit,
            max(old.ceiling - limit.ceiling, limit.ceiling - old.ceiling) < SpendingFigures.ceilingSlop
        {
            return
        }
        guard old != limit else { return }
        let before = books[index].bindingLimit
        books.change(index) { $0.groupLimit = limit }
        let after = books[index].bindingLimit
        if ledger.budget != nil, before?.limit != after?.limit { news.append(.groupLimit(guest, after)) }
        followCap(index, now)
        settle(index, now)
        balance(now)
    }

    // MARK: - Who is to blame

    /// What is short, as it was told last, and who keeps it; `nil`: nothing was told to be short.
    public var standingShortage: StandingShortage? {
        shortage.told.map { StandingShortage(pages: $0, holder: holder()) }
    }

    /// Who has most, first of all those that have no driver. O(n).
    func holder() -> StandingShortage.Holder? {
        var most: (index: Int, isDriverless: Bool)?
        for index in books.slots where books.isUsed(index) && books[index].presence == .running {
            let guest = books[index]
            guard guest.account.promised > 0, guest.claim != .alarm else { continue }
            let isDriverless = !guest.isRunning
            if let known = most {
                guard isDriverless || !known.isDriverless else { continue }
                let isMore = guest.account.promised > books[known.index].account.promised
                guard isMore || isDriverless && !known.isDriverless else { continue }
            }
            most = (index, isDriverless)
        }
        return most.map {
            StandingShortage.Holder(
                guest: GuestHandle(rawValue: $0.index), promised: books[$0.index].account.promised,
                hasDriver: !$0.isDriverless)
        }
    }
}
