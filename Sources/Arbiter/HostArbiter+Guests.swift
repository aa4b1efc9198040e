extension HostArbiter {
    // MARK: - Guests come and go

    /// Takes a guest in. O(log n), but for making room.
    ///
    /// - Parameter isPresent: its virtual machine runs, and its memory counts; see ``set(isPresent:of:at:)``.
    /// - Throws: ``AdmissionError``, with the arithmetic, if its reservation does not fit.
    public mutating func add(
        _ limits: GuestLimits, isPresent: Bool = true, at now: UInt64
    ) throws(AdmissionError) -> GuestHandle {
        let now = time.at(now)
        do { try limits.check() } catch { throw .limits(error) }
        try admit(limits.reservation)
        var guest = SharedGuest(limits: limits, tuning: guestTuning, isPresent: isPresent)
        if mode == .paused { guest.arbiter.freeze() }
        let index: Int
        if let slot = unusedSlots.popLast() {
            index = slot
            // It may still stand in the queue of changes.
            guest.isQueued = guests[slot].isQueued
            guest.nextQueued = guests[slot].nextQueued
            guests[slot] = guest
        } else {
            index = guests.count
            guests.append(guest)
            payers.reserve(guests.count)
            claims.reserve(guests.count)
        }
        ledger.reserved += limits.reservation
        rebook(index)
        balance(now)
        return GuestHandle(rawValue: index)
    }

    /// Forgets a guest, and what it was promised.
    public mutating func remove(_ guest: GuestHandle, at now: UInt64) {
        let now = time.at(now)
        let index = guest.rawValue
        guard isUsed(index) else { return }
        ledger.reserved -= guests[index].limits.reservation
        guests[index].isUsed = false
        guests[index].pending = nil
        withdraw(index)
        unusedSlots.append(index)
        balance(now)
    }

    /// The guest's virtual machine started, or ended: only one that runs uses memory.
    ///
    /// One that starts sees all of its memory until its driver runs: that is an overdraft if it is more than there is.
    public mutating func set(isPresent: Bool, of guest: GuestHandle, at now: UInt64) {
        let now = time.at(now)
        let index = guest.rawValue
        guard isUsed(index), guests[index].isPresent != isPresent else { return }
        guests[index].isPresent = isPresent
        guests[index].held = 0
        if isPresent { rebook(index) } else { withdraw(index) }
        balance(now)
    }

    /// The guest's free pages are the host's already, by free page reporting.
    public mutating func set(hasReporting: Bool, of guest: GuestHandle) {
        guard isUsed(guest.rawValue) else { return }
        guests[guest.rawValue].hasReporting = hasReporting
    }

    /// Changes a guest's limits.
    ///
    /// - Throws: ``AdmissionError``; then the old limits stay.
    public mutating func set(limits: GuestLimits, of guest: GuestHandle, at now: UInt64) throws(AdmissionError) {
        let now = time.at(now)
        let index = guest.rawValue
        guard isUsed(index) else { throw .noSuchGuest }
        do { try limits.check() } catch { throw .limits(error) }
        let old = guests[index].limits.reservation
        try admit(limits.reservation, insteadOf: old)
        ledger.reserved = ledger.reserved - old + limits.reservation
        guests[index].limits = limits
        guests[index].arbiter.memory = limits.max
        guests[index].held = min(guests[index].held, limits.max)
        guests[index].forgetStatistics()
        if let goal = guests[index].lendGoal, goal > limits.max - limits.min { stopLending(index, now) }
        settle(index, now)
        claimMin(index)
        balance(now)
    }

    /// What is on its way into the balloon already may stay there; no more is asked.
    private mutating func stopLending(_ index: Int, _ now: UInt64) {
        guests[index].lendGoal = nil
        guard isSharing else { return }
        let guest = guests[index]
        let balloon = max(guest.arbiter.promised(guest.held), guest.capBalloon)
        enqueue(index, guests[index].arbiter.handle(.requested(balloon), at: now, held: guest.held))
    }

    /// A guest that sees less than its min waits for the rest, whatever its statistics say.
    private mutating func claimMin(_ index: Int) {
        let missing = guests[index].missing
        guard isSharing, missing > 0, guests[index].claim == nil, guests[index].arbiter.isRunning else { return }
        guests[index].claim = .early
        setWanted(missing, index)
        payers.remove(index)
    }

    private func admit(_ reservation: UInt64, insteadOf old: UInt64 = 0) throws(AdmissionError) {
        guard let budget = ledger.budget else { return }
        let reserved = ledger.reserved - old
        guard reservation <= budget, reserved <= budget - reservation else {
            throw .reservations(budget: budget, reserved: reserved, wanted: reservation)
        }
    }

    private mutating func withdraw(_ index: Int) {
        guests[index].lendGoal = nil
        guests[index].claim = nil
        guests[index].forgetStatistics()
        setWanted(0, index)
        setLack(0, index)
        payers.remove(index)
        rebook(index)
    }

    // MARK: - The host

    /// Changes the budget. O(n).
    ///
    /// - Parameter budget: pages; `nil`: none any more, each guest goes back to what its operator asked for.
    public mutating func set(budget: UInt64?, at now: UInt64) throws(AdmissionError) {
        let now = time.at(now)
        let had = ledger.budget != nil
        try set(budget: budget)
        if had != (budget != nil) {
            for index in guests.indices where guests[index].isUsed {
                if had { leaveBudget(index, now) } else { adoptCap(index) }
            }
        }
        for index in guests.indices where guests[index].isUsed { settle(index, now) }
        balance(now)
    }

    mutating func set(budget: UInt64?) throws(AdmissionError) {
        if let budget {
            guard budget > 0 else { throw .emptyBudget }
            if let total = host.total, budget > total { throw .budgetOverHost(budget: budget, host: total) }
            guard ledger.reserved <= budget else {
                throw .budgetUnderReservations(budget: budget, reserved: ledger.reserved)
            }
        }
        ledger.budget = budget
        host.tightened = 0
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
