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
}
