/// What would happen, tried on a copy.
extension HostArbiter {
    /// A virtual machine runs: the guest's memory counts.
    public func isPresent(_ guest: GuestHandle) -> Bool {
        isUsed(guest.rawValue) && guests[guest.rawValue].isPresent
    }

    /// A copy to look at while this one goes on: no move, happening or free slot goes with it.
    ///
    /// Only references are copied now, and with the first change of either n / 16 more, the 16 guests around the one that
    /// changes, and the heaps (20 bytes a guest): this one is not held up. Nor by the copy being let go, if that is done elsewhere.
    public func snapshot() -> HostArbiter {
        var copy = self
        copy.moves = Recent(capacity: 1024)
        copy.happenings = Recent(capacity: 64)
        copy.unusedSlots = []
        return copy
    }

    /// What would happen now, in mode `on`, if every payer gave what it is asked for; and, with `needing`, if that guest
    /// ran short and needed to see so many pages. O(n), and more where many have to pay: not for the path of events.
    ///
    /// - Returns: the moves in order; who pays nothing and why; and how much would be short in the end.
    public func plan(needing need: (guest: GuestHandle, visible: UInt64)? = nil, at now: UInt64) -> HostPlan {
        var copy = self
        return copy.carryOutPlan(needing: need, at: now)
    }

    private mutating func carryOutPlan(needing need: (guest: GuestHandle, visible: UInt64)?, at now: UInt64) -> HostPlan
    {
        var plan = HostPlan()
        while nextMove() != nil {}
        while nextChange() != nil {}
        set(mode: .on, at: now)
        goOnAt = nil
        let steady = time.at(now)
        if let need, isUsed(need.guest.rawValue) {
            let index = need.guest.rawValue
            let sees = UInt64(max(0, guests[index].promised))
            plan.alreadyThere = min(need.visible, sees)
            if need.visible > sees {
                guests[index].claim = .early
                payers.remove(index)
                setWanted(min(need.visible - sees, guests[index].takes), index)
                plan.beyondReach = need.visible - sees - UInt64(guests[index].wanted)
            }
        }
        // Each round: ask, let what was asked for arrive, give. Calm portions wait for fresh statistics in between.
        for _ in 0..<64 {
            let before = (ledger.promised, ledger.wanted, ledger.due)
            balance(steady)
            while let move = nextMove() { plan.moves.append(move) }
            while nextChange() != nil {}
            for index in guests.indices where guests[index].isUsed { deliver(index, steady) }
            if before == (ledger.promised, ledger.wanted, ledger.due), ledger.due == 0 { break }
        }
        plan.short = UInt64(max(0, ledger.wanted)) + UInt64(max(0, -ledger.free))
        plan.ledger = ledger
        for index in guests.indices where guests[index].isUsed && index != need?.guest.rawValue {
            guard !plan.moves.contains(where: { $0.payer?.rawValue == index }) else { continue }
            if let reason = whyNot(index, steady) {
                plan.refusals.append(.init(guest: GuestHandle(rawValue: index), reason: reason))
            }
        }
        return plan
    }

    /// The guest gives what it was asked for.
    private mutating func deliver(_ index: Int, _ now: UInt64) {
        guard let goal = guests[index].lendGoal, goal > guests[index].held else { return }
        guests[index].held = goal
        _ = guests[index].arbiter.handle(.progress, at: now, held: goal)
        guests[index].hasPaid = true
        settle(index, now)
    }

    /// Why a guest pays nothing.
    private func whyNot(_ index: Int, _ now: UInt64) -> HostPlan.Reason? {
        let guest = guests[index]
        guard guest.isPresent else { return .notRunning }
        guard guest.arbiter.isRunning else { return .noDriver }
        if guest.claim != nil { return .inNeed }
        switch guest.arbiter.state {
        case .settled, .inflating: break
        default: return .busy
        }
        guard let heard = guest.statisticsAt, now <= heard + tuning.staleAfter else { return .silent }
        guard guest.mayPay(now) else { return .justGiven }
        let least = guest.least(now, tuning)
        guard guest.visible > least + tuning.leastMove else {
            return least > guest.limits.min ? .atFloor(least) : .atMin(guest.limits.min)
        }
        let spare = guest.spare(now, sparingCaches: false, tuning)
        guard spare >= tuning.leastMove else { return .nothingIdle }
        return payers.contains(index) ? .notNeeded(spare) : .tooDear(spare)
    }
}
