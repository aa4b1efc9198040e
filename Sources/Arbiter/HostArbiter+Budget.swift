/// What an operator sets for the whole host.
extension HostArbiter {
    /// Changes the budget. O(log n), but O(n) where there was none or is none any more.
    ///
    /// What is more is given to who waits for it, at once, and otherwise as guests come to need it. What guests see beyond a
    /// smaller budget is an overdraft: payers are asked for it as they are for any other, and until they have given it nobody
    /// is granted anything. What the host's own shortage has taken off the old budget is not given by a new one.
    ///
    /// - Parameter budget: pages; `nil`: none any more, each guest goes back to what its operator asked for.
    /// - Throws: ``AdmissionError`` if it is none, more than the host has, or less than is reserved; then the old one stays.
    public mutating func set(budget: UInt64?, at now: UInt64) throws(AdmissionError) {
        let now = time.at(now)
        let had = ledger.budget != nil
        try set(budget: budget)
        if had != (budget != nil) {
            for index in guests.indices where guests[index].isUsed {
                if had { leaveBudget(index, now) } else { adoptCap(index) }
                settle(index, now)
            }
        }
        balance(now)
    }

    /// Pages that the host has, as far as that is known.
    public var hostMemory: UInt64? { host.total }

    mutating func set(budget: UInt64?) throws(AdmissionError) {
        if let budget {
            guard budget > 0 else { throw .emptyBudget }
            if let total = host.total, budget > total { throw .budgetOverHost(budget: budget, host: total) }
            guard ledger.reserved <= budget else {
                throw .budgetUnderReservations(budget: budget, reserved: ledger.reserved)
            }
        }
        host.tightened = budget.map { host.tightened(for: $0, before: ledger.budget) } ?? 0
        ledger.budget = budget
        reckon()
    }

    /// What an operator asked for before there was a budget is a cap now.
    private mutating func adoptCap(_ index: Int) {
        guard let requested = guests[index].arbiter.requested, requested > 0 else { return }
        let max = guests[index].limits.max
        guests[index].cap = max - Swift.min(requested, max)
    }

    private mutating func leaveBudget(_ index: Int, _ now: UInt64) {
        guests[index].lendGoal = nil
        guests[index].claim = nil
        setWanted(0, index)
        setLack(0, index)
        payers.remove(index)
        guests[index].arbiter.ease = 1
        guests[index].arbiter.grantable = .max
        let decision = guests[index].arbiter.handle(
            .requested(guests[index].capBalloon), at: now, held: guests[index].held)
        rebook(index)
        enqueue(index, decision)
    }

    /// Changes what becomes of decisions. O(n).
    public mutating func set(mode: HostMode, at now: UInt64) {
        let now = time.at(now)
        guard mode != self.mode else { return }
        let old = self.mode
        self.mode = mode
        advised = 0
        for index in guests.indices where guests[index].isUsed {
            guests[index].lendGoal = nil
            if mode == .paused {
                guests[index].arbiter.freeze()
            } else if old == .paused {
                thaw(index, now)
            }
            settle(index, now)
        }
        balance(now)
    }

    private mutating func thaw(_ index: Int, _ now: UInt64) {
        if isSharing {
            let guest = guests[index]
            guests[index].arbiter.requested = max(guest.arbiter.promised(guest.held), guest.capBalloon)
            guests[index].arbiter.grantable = UInt64(max(0, ledger.free))
        }
        let decision = guests[index].arbiter.thaw(now, guests[index].held)
        enqueue(index, decision)
    }
}
