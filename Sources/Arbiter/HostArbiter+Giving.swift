extension HostArbiter {
    /// Brings the ledger into balance as far as that goes now: gives what is free to who waits, asks for what is short.
    mutating func balance(_ now: UInt64) {
        reckon()
        guard ledger.budget != nil, mode != .paused else { return }
        giveAll(now)
        collect(now)
        tellOverdraft()
    }

    /// Fresh statistics: does the guest run short, or could it use what lies about?
    mutating func hear(_ wish: SharedGuest.Wish, _ index: Int, _ now: UInt64) {
        guard ledger.budget != nil, mode != .paused, guests[index].claim != .alarm, guests[index].arbiter.isRunning
        else { return updatePayer(index, now) }
        guests[index].claim = wish.shortage > 0 ? .early : nil
        setWanted(wish.shortage, index)
        updatePayer(index, now)
        setLack(wish.lack, index)
        giveAhead(wish, index, now)
        if wish.shortage == 0, wish.isFull { giveSurplus(index, now) }
    }

    /// Memory that nobody needs is of use in a page cache that is full.
    private mutating func giveSurplus(_ index: Int, _ now: UInt64) {
        let surplus = ledger.free - 2 * Int64(ledger.slack)
        let takes = Int64(guests[index].takes)
        guard isSharing, claims.isEmpty, surplus > 0, takes > 0, guests[index].arbiter.state == .settled else { return }
        guard !guests[index].lastPayment.blocks(.surplus, at: now) else { return }
        let share = max(surplus / 8, Int64(tuning.leastCalmPortion))
        give(index, min(share, surplus, takes), .surplus, now)
    }

    /// A program that starts takes free memory first, and then throws out page cache. Before it does, its guest is given what
    /// is free: beyond the slack in calm, and of the slack, which is for bursts, where memory falls already.
    private mutating func giveAhead(_ wish: SharedGuest.Wish, _ index: Int, _ now: UInt64) {
        guard isSharing, claims.isEmpty, guests[index].lacks > 0 else { return }
        let kept = wish.isFalling ? ledger.slack / tuning.alarmSlackShare : ledger.slack
        let pages = min(ledger.free - Int64(kept), guests[index].lacks)
        guard pages >= Int64(tuning.leastMove) else { return }
        give(index, pages, wish.isFalling ? .early : .surplus, now)
        setLack(UInt64(max(0, guests[index].lacks - pages)), index)
    }

    private mutating func giveAll(_ now: UInt64) {
        for _ in 0..<tuning.movesPerEvent {
            guard let (index, _) = claims.first, let rule = guests[index].claim else { return }
            var free = ledger.free
            // A share of the slack is for guests in an alarm alone.
            if rule != .alarm { free -= Int64(ledger.slack / tuning.alarmSlackShare) }
            let wanted = guests[index].wanted
            let pages = min(free, wanted)
            guard pages > 0, pages >= min(wanted, Int64(tuning.leastMove)) else { return }
            // What arrives from a payer in messages of 1 MiB is handed on in fewer steps, each of them an interrupt.
            if pages < min(wanted, Int64(tuning.fullGrant)), let next = guests[index].nextGrant, now < next {
                goOnAt = next
                return
            }
            give(index, pages, rule, now)
        }
        if !claims.isEmpty { goOnAt = now + tuning.goOnAfter }
    }

    private mutating func give(_ index: Int, _ pages: Int64, _ rule: MoveRule, _ now: UInt64) {
        let free = ledger.free
        guard isSharing else {
            record(rule, gainer: index, pages, now, freeBefore: free)
            setWanted(0, index)
            return
        }
        var decision = Decision()
        let why = "given \(mebibytes(UInt64(pages))) from the host's budget"
        guests[index].arbiter.give(UInt64(pages), why, guests[index].held, &decision)
        enqueue(index, decision)
        let wanted = max(0, guests[index].wanted - pages)
        guests[index].lendGoal = nil
        guests[index].nextGrant = now + tuning.grantPace
        guests[index].lastGain.note(rule, at: now, tuning)
        guests[index].lastPayment.turned(at: now, tuning)
        if rule == .alarm { bursts.add(UInt64(pages), now, tuning) }
        if rule != .surplus { setWanted(UInt64(wanted), index) }
        if guests[index].wanted == 0, guests[index].claim == .early { guests[index].claim = nil }
        settle(index, now)
        record(rule, gainer: index, pages, now, freeBefore: free)
    }

    private mutating func tellOverdraft() {
        let isOver = ledger.free < 0
        guard isOver != isOverdrawn else { return }
        isOverdrawn = isOver
        happenings.append(isOver ? .overdrawn(by: UInt64(-ledger.free)) : .overdraftOver)
    }
}
