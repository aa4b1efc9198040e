internal import Balloon

/// Guests come and go.
extension HostArbiter {
    /// Takes a guest in. O(log n), but for making room.
    ///
    /// - Parameters:
    ///   - name: what people call it, for reasons.
    ///   - isPresent: its virtual machine runs, and its memory counts; see ``set(isPresent:of:at:)``.
    /// - Throws: ``AdmissionError``, with the arithmetic, if its reservation does not fit.
    public mutating func add(
        _ limits: GuestLimits, called name: String = "", isPresent: Bool = true, at now: Instant
    ) throws(AdmissionError) -> GuestHandle {
        let now = time.at(now)
        do { try limits.check() } catch { throw .limits(error) }
        try admit(limits.reservation)
        var guest = SharedGuest(name, limits: limits, isPresent: isPresent)
        if isPresent { guest.hostSide = HostSide(startedAt: now) }
        if mode == .paused { guest.arbiter.freeze() }
        let index = books.add(guest)
        changes.reserve(books.slots.count)
        balance(now)
        return GuestHandle(rawValue: index)
    }

    /// Forgets a guest, and all that it had in the ledger.
    public mutating func remove(_ guest: GuestHandle, at now: Instant) {
        let now = time.at(now)
        let index = guest.rawValue
        guard books.isUsed(index) else { return }
        books.remove(index)
        _ = changes.take(about: index)
        balance(now)
    }

    /// The guest's virtual machine started, or ended: only one that runs uses memory. What was known of one that ended goes
    /// with it, except what its operator asks for.
    ///
    /// One that starts sees all of its memory until its driver runs: that is an overdraft if it is more than there is.
    public mutating func set(isPresent: Bool, of guest: GuestHandle, at now: Instant) {
        let now = time.at(now)
        let index = guest.rawValue
        guard books.isUsed(index), self.isPresent(guest) != isPresent else { return }
        books.change(index) {
            $0.presence = isPresent ? .running : .absent
            $0.account.held = 0
            $0.hostSide = isPresent ? HostSide(startedAt: now) : HostSide()
            $0.groupLimit = nil
            if !isPresent { $0.machineWent() }
        }
        if mode == .paused { books.change(index) { $0.arbiter.freeze() } }
        if !isPresent { books.withdraw(index) }
        books.rankDriverless(index)
        balance(now)
    }

    /// The guest's free pages are the host's already, by free page reporting.
    public mutating func set(hasReporting: Bool, of guest: GuestHandle) {
        guard books.isUsed(guest.rawValue) else { return }
        books.change(guest.rawValue) { $0.hasReporting = hasReporting }
    }

    /// Changes a guest's limits.
    ///
    /// Where its memory grows, what was asked for as a balloon stays as it is: an operator's cap grows along. Where it shrinks, a cap
    /// means what it says of what the guest sees, and less goes into the balloon.
    ///
    /// - Throws: ``AdmissionError``; then the old limits stay.
    public mutating func set(limits: GuestLimits, of guest: GuestHandle, at now: Instant) throws(AdmissionError) {
        let now = time.at(now)
        let index = guest.rawValue
        guard books.isUsed(index) else { throw .noSuchGuest }
        do { try limits.check() } catch { throw .limits(error) }
        try admit(limits.reservation, insteadOf: books[index].limits.reservation)
        let growth = limits.max - books[index].limits.max
        books.setLimits(limits, index)
        if growth > 0 { books.change(index) { $0.cap = $0.cap.map { $0 + growth } } }
        if let goal = books[index].lending?.goal, goal > limits.max - limits.min { stopLending(index, now) }
        if growth < 0, books[index].cap != nil { followCap(index, now) }
        settle(index, now)
        claimMin(index)
        balance(now)
    }

    /// Asks no more of a payer; what is on its way into the balloon already may stay there.
    private mutating func stopLending(_ index: Int, _ now: Instant) {
        books.change(index) { $0.lending = nil }
        guard isSharing else { return }
        let moment = moment(index, now)
        let decision = books.change(index) { $0.arbiter.handle(.requested($0.restingBalloon), moment) }
        changes.append(decision, about: index)
    }

    /// Asks less of a guest where its cap allows that.
    mutating func followCap(_ index: Int, _ now: Instant) {
        guard isSharing else { return }
        let moment = moment(index, now)
        let decision = books.change(index) { $0.steer(isNow: false, moment) }
        changes.append(decision, about: index)
    }

    /// Has a guest that sees less than its min wait for the rest, whatever its statistics say.
    private mutating func claimMin(_ index: Int) {
        let guest = books[index]
        guard isSharing, guest.missing > 0, guest.claim == nil, guest.isRunning else { return }
        books.change(index) { $0.claim = .early }
        books.setWanted(guest.missing, index)
        books.setPrice(nil, index)
    }

    private func admit(_ reservation: Pages, insteadOf old: Pages = 0) throws(AdmissionError) {
        guard let budget = ledger.budget else { return }
        let reserved = ledger.reserved - old
        guard reserved + reservation <= budget else {
            throw .reservations(budget: budget, reserved: reserved, wanted: reservation)
        }
    }
}
