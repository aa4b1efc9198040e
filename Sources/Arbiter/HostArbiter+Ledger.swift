extension HostArbiter {
    // MARK: - Sums

    /// Brings the ledger up to what one guest is promised, and what is due of it.
    mutating func rebook(_ index: Int) {
        let (promised, due) = guests[index].rebook()
        ledger.promised += promised
        ledger.due += due
    }

    /// What the guest waits for.
    mutating func setWanted(_ pages: UInt64, _ index: Int) {
        let wanted = Int64(clamping: pages)
        ledger.wanted += wanted - guests[index].wanted
        guests[index].wanted = wanted
        guard wanted > 0, let claim = guests[index].claim else {
            claims.remove(index)
            return
        }
        // A guest in an alarm comes before all others, then one that has less than is reserved for it; of those, the one
        // that has least for its weight.
        let rank = claim == .alarm ? 0.0 : guests[index].isUnderReservation ? 1e15 : 1e16
        claims.set(index, key: rank + Double(guests[index].promised) / guests[index].limits.weight)
    }

    /// What the guest lacks, though it does not wait for it.
    mutating func setLack(_ pages: UInt64, _ index: Int) {
        let lacks = Int64(clamping: pages)
        lacking += lacks - guests[index].lacks
        guests[index].lacks = lacks
    }

    /// The effective budget and the slack.
    mutating func reckon() {
        guard let budget = ledger.budget else {
            ledger.effective = 0
            ledger.slack = 0
            return
        }
        ledger.effective = host.effective(budget, reserved: ledger.reserved)
        ledger.slack = bursts.slack(of: budget, time.now, tuning)
    }

    // MARK: - What an input means for the ledger

    /// Before the guest's own arbiter hears of it.
    mutating func prepare(_ input: Input, _ index: Int) {
        switch input {
        case .driverStarted(let isFresh, _):
            guests[index].lendGoal = nil
            guests[index].forgetStatistics()
            // A driver with an empty balloon pays when its turn comes, not as the one before it did.
            if isFresh, isSharing { guests[index].arbiter.requested = guests[index].capBalloon }
        case .driverStopped, .statisticsTimedOut:
            guests[index].forgetStatistics()
        case .wake where guests[index].lendGoal != nil:
            guests[index].isSlow = guests[index].held <= guests[index].heldAtWake
            guests[index].heldAtWake = guests[index].held
        default: break
        }
    }

    /// The guest's balloon changed by itself.
    mutating func noteTaken(from before: Int64, _ input: Input?, _ index: Int, _ now: UInt64) {
        let taken = ledger.promised - before
        if taken < 0 {
            ledger.loans -= min(ledger.loans, -taken)
            guests[index].isSlow = false
        }
        guard taken > 0, ledger.budget != nil else { return }
        ledger.loans += taken
        if case .unsolicited = input {
            bursts.add(UInt64(taken), now, tuning)
            record(.loan, gainer: index, taken, now, freeBefore: ledger.free + taken)
        }
    }

    /// The guest's own arbiter gave it something at once.
    mutating func noteGranted(_ pages: Int64, _ index: Int, _ now: UInt64) {
        guard isSharing else { return }
        bursts.add(UInt64(pages), now, tuning)
        record(.alarm, gainer: index, pages, now, freeBefore: ledger.free + pages)
        guests[index].lastGain.note(.alarm, at: now, tuning)
        guests[index].lastPayment.turned(at: now, tuning)
    }

    /// An operator's request for a balloon: under a budget, a cap on what the guest sees.
    mutating func setCap(_ pages: UInt64, _ index: Int, _ now: UInt64) -> Decision {
        let guest = guests[index]
        guests[index].cap = pages == 0 ? nil : guest.limits.max - min(pages, guest.limits.max)
        guard isSharing else { return guests[index].arbiter.handle(.requested(pages), at: now, held: guest.held) }
        let balloon = max(guests[index].capBalloon, guest.lendGoal ?? guest.arbiter.promised(guest.held))
        // Said again of a guest that was given up, it is tried at once; of one that is left alone, it is kept.
        let isMeant = guest.arbiter.isPausing && balloon > guest.held
        guard balloon != guest.arbiter.requested || isMeant else { return Decision() }
        return guests[index].arbiter.handle(.requested(balloon), at: now, held: guest.held)
    }

    /// After the guest's own arbiter has learned from statistics.
    mutating func follow(_ health: Health?, _ index: Int, _ now: UInt64) {
        guard let health else { return settle(index, now) }
        let wish = guests[index].hear(health, now, tuning)
        settleSums(index, now)
        hear(wish, index, now)
    }

    /// Brings what the ledger knows of a guest in line with its state.
    mutating func settle(_ index: Int, _ now: UInt64) {
        settleSums(index, now)
        updatePayer(index, now)
    }

    private mutating func settleSums(_ index: Int, _ now: UInt64) {
        let state = guests[index].arbiter.state
        if state != .inflating || !guests[index].arbiter.isRunning {
            guests[index].lendGoal = nil
            guests[index].isSlow = false
        }
        learnFloor(index, now)
        if isSharing, state != .reclaiming {
            let goal = guests[index].lendGoal ?? guests[index].arbiter.target
            guests[index].arbiter.requested = max(goal, guests[index].capBalloon)
        }
        rebook(index)
        settleClaim(index)
        if guests[index].lacks > 0, state != .settled { setLack(0, index) }
    }

    private mutating func settleClaim(_ index: Int) {
        guard ledger.budget != nil, guests[index].isPresent, guests[index].arbiter.isRunning else {
            guests[index].claim = nil
            setWanted(0, index)
            return
        }
        switch guests[index].arbiter.state {
        case .alarm, .notAnswering:
            guests[index].claim = .alarm
            setWanted(guests[index].arbiter.unmet, index)
        case .reclaiming:
            guests[index].claim = nil
            setWanted(0, index)
        default:
            if guests[index].claim == .alarm { guests[index].claim = nil }
            setWanted(guests[index].claim == nil ? 0 : UInt64(guests[index].wanted), index)
        }
    }

    private mutating func learnFloor(_ index: Int, _ now: UInt64) {
        let isInAlarm = guests[index].arbiter.state == .alarm
        guard isInAlarm != guests[index].isInAlarm else { return }
        guests[index].isInAlarm = isInAlarm
        guard isInAlarm else { return }
        let max = guests[index].limits.max
        let visible = max - min(guests[index].arbiter.heldAtAlarm, max)
        let isOurs = guests[index].lastPayment.isRecent(at: now, tuning)
        guests[index].floor.hurt(at: visible, most: max, isOurs: isOurs, now, tuning)
    }

    mutating func updatePayer(_ index: Int, _ now: UInt64) {
        guard ledger.budget != nil, mode != .paused, let price = guests[index].offer(now, tuning) else {
            payers.remove(index)
            return
        }
        payers.set(index, key: price)
    }
}
