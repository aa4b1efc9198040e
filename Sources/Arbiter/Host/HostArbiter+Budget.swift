public import Balloon

/// What an operator sets for the whole host.
extension HostArbiter {
    /// Changes the budget. O(log n), but O(n) where there was none or is none any more.
    ///
    /// What is more is given to who waits for it, at once, and otherwise as guests come to need it. What guests see beyond a
    /// smaller budget is an overdraft: payers are asked for it as they are for any other, and until they have given it nobody
    /// is granted anything. What the host's own shortage has taken off the old budget is not given by a new one.
    ///
    /// - Parameter budget: `nil`: none any more, each guest goes back to what its operator asked for.
    /// - Throws: ``AdmissionError`` if it is nothing, more than the host has, or less than is reserved; then the old one stays.
    public mutating func set(budget: Pages?, at now: Instant) throws(AdmissionError) {
        let now = time.at(now)
        let had = ledger.budget != nil
        try set(budget: budget)
        if had != (budget != nil) {
            for index in books.slots where books.isUsed(index) {
                if had { leaveBudget(index, now) } else { adoptCap(index) }
                settle(index, now)
            }
        }
        balance(now)
    }

    /// What the host has, as far as that is known.
    public var hostMemory: Pages? { host.total }

    mutating func set(budget: Pages?) throws(AdmissionError) {
        if let budget {
            guard budget > 0 else { throw .emptyBudget }
            if let total = host.total, budget > total { throw .budgetOverHost(budget: budget, host: total) }
            guard ledger.reserved <= budget else {
                throw .budgetUnderReservations(budget: budget, reserved: ledger.reserved)
            }
        }
        host.tightened = budget.map { host.tightened(for: $0, before: ledger.budget) } ?? 0
        books.setBudget(budget)
        reckon()
    }

    /// Makes a cap of what an operator asked for before there was a budget.
    private mutating func adoptCap(_ index: Int) {
        books.change(index) { guest in
            guard let goal = guest.arbiter.goal, goal > 0 else { return }
            guest.cap = (guest.limits.max - goal).orNone
        }
    }

    private mutating func leaveBudget(_ index: Int, _ now: Instant) {
        books.change(index) {
            $0.lending = nil
            $0.claim = nil
        }
        books.setWanted(0, index)
        books.setLack(0, index)
        books.setPrice(nil, index)
        let moment = moment(index, now)
        let decision = books.change(index) { $0.arbiter.handle(.requested($0.capBalloon), moment) }
        changes.append(decision, about: index)
    }

    /// Changes what becomes of decisions. O(n).
    public mutating func set(mode: HostMode, at now: Instant) {
        let now = time.at(now)
        guard mode != self.mode else { return }
        let old = self.mode
        self.mode = mode
        advice = Advice()
        for index in books.slots where books.isUsed(index) {
            books.change(index) {
                $0.lending = nil
                if mode == .paused { $0.arbiter.freeze() }
            }
            if old == .paused { thaw(index, now) }
            settle(index, now)
        }
        balance(now)
    }

    private mutating func thaw(_ index: Int, _ now: Instant) {
        let isSharing = isSharing
        let moment = moment(index, now)
        let decision = books.change(index) {
            if isSharing { $0.arbiter.steer(to: $0.restingBalloon) }
            return $0.arbiter.thaw(moment)
        }
        changes.append(decision, about: index)
    }
}
