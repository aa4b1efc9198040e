extension HostArbiter {
    /// Asks for what is short: the cheapest payers first, so many for one event at most.
    mutating func collect(_ now: UInt64) {
        var need = Need(ledger, rule: ruleOfNeed, claimant: claims.first?.number)
        if lacking > 0, now >= lackingAt + tuning.lackPace {
            lackingAt = now
            need.add(lacking: min(lacking, Int64(ledger.effective / tuning.mostSlackShare)))
        }
        if mode == .watch { takeAdvice(&need, now) }
        if need.urgent <= 0, isShort {
            isShort = false
            happenings.append(.shortageOver)
        }
        if need.urgent <= 0 || ledger.due > 0 { shortSince = nil }
        if need.urgent <= 0 { relax(now) }
        guard need.isWorthIt(tuning) else { return }
        var aside: [(index: Int, price: Double)] = []
        for _ in 0..<tuning.movesPerEvent {
            guard need.total > 0, let (index, price) = payers.first else { break }
            switch ask(index, price, &need, now) {
            case .paid: break
            case .paidForNow:
                payers.remove(index)
                aside.append((index, price))
            case .hasNothing: payers.remove(index)
            }
        }
        for (index, price) in aside { payers.set(index, key: price) }
        if need.isWorthIt(tuning), payers.count > aside.count { goOnAt = now + tuning.goOnAfter }
        if need.urgent > 0, ledger.due == 0, payers.isEmpty {
            squeeze(now)
            complain(need.urgent, now)
        }
    }

    /// What became of asking one payer.
    private enum Answer {
        case paid
        /// It has given its portion, and pays again when it has told how it is, or where it presses.
        case paidForNow
        /// For this need it has nothing. It is asked again after its next statistics.
        case hasNothing
    }

    /// A guest in an alarm waits, and nobody can pay: all are left less. Where more is promised than there is, what is squeezed
    /// out of one would help no other.
    private mutating func squeeze(_ now: UInt64) {
        guard let (index, _) = claims.first, guests[index].claim == .alarm, ledger.free >= 0, isSharing else { return }
        guard now >= easedAt + tuning.statisticsInterval else { return }
        easedAt = now
        ease = max(tuning.leastEase, ease / 2)
    }

    private mutating func relax(_ now: UInt64) {
        guard ease < 1, now >= easedAt + tuning.statisticsInterval else { return }
        easedAt = now
        ease = min(1, ease * 1.1)
    }

    private var ruleOfNeed: MoveRule {
        if let (index, _) = claims.first, let claim = guests[index].claim { return claim }
        guard ledger.free < 0 else { return .slack }
        return ledger.budget.map { ledger.promised <= Int64($0) } == true ? .pressure : .overdraft
    }

    private mutating func ask(_ index: Int, _ price: Double, _ need: inout Need, _ now: UInt64) -> Answer {
        guard let heard = guests[index].statisticsAt, now <= heard + tuning.staleAfter else {
            // What it said is too old to be acted on.
            guests[index].forgetStatistics()
            var decision = Decision()
            decision.requestStatistics = true
            enqueue(index, decision)
            return .hasNothing
        }
        let isUrgent = need.urgent > 0
        if guests[index].hasPaid, !isUrgent { return .paidForNow }
        if mode == .watch, let advised = guests[index].advisedAt, now < advised + tuning.adviceLasts {
            return .paidForNow
        }
        let isForFreePages = need.isForComfort || !isUrgent && !guests[index].isKnown(now, tuning)
        let sparesCaches =
            isForFreePages || need.claimant.map { price * tuning.cacheMargin >= claimantPrice($0) } ?? false
        let spare = Int64(guests[index].spare(now, sparingCaches: sparesCaches, tuning))
        guard spare >= Int64(tuning.leastMove) else { return isForFreePages ? .paidForNow : .hasNothing }
        let most: Int64
        if isUrgent {
            most = payers.count == 1 ? need.total : max(need.total / 2, Int64(tuning.urgentPortion))
        } else {
            most = max(guests[index].promised / Int64(tuning.calmShare), Int64(tuning.leastCalmPortion))
        }
        let pages = min(spare, most, max(need.total, Int64(tuning.leastMove)))
        guests[index].hasPaid = !isUrgent
        pay(index, pages, price, need, now)
        need.take(pages)
        return mode == .watch || guests[index].hasPaid && payers.contains(index) ? .paidForNow : .paid
    }

    /// A guest in need is worth what all of its pages in use are worth; up to its reservation it is not weighed at all.
    private func claimantPrice(_ index: Int) -> Double {
        if guests[index].isUnderReservation { return .infinity }
        return guests[index].limits.weight * SharedGuest.gibibyte / max(1, Double(guests[index].promised))
    }

    private mutating func pay(_ index: Int, _ pages: Int64, _ price: Double, _ need: Need, _ now: UInt64) {
        record(
            need.rule, payer: index, gainer: need.claimant, pages, now, price: price, freeBefore: ledger.free)
        guard isSharing else {
            advised += pages
            advisedAt = now
            guests[index].advisedAt = now
            return
        }
        let goal = guests[index].goal + UInt64(pages)
        guests[index].lendGoal = goal
        guests[index].heldAtWake = guests[index].held
        guests[index].lastPayment.note(need.rule, at: now, tuning)
        var decision = Decision()
        let why = "lending \(mebibytes(UInt64(pages))) to others, for its price is the lowest"
        guests[index].arbiter.lend(to: goal, why, now, guests[index].held, &decision)
        enqueue(index, decision)
        rebook(index)
        updatePayer(index, now)
    }

    /// In watch mode, what was advised a moment ago is not advised again.
    private mutating func takeAdvice(_ need: inout Need, _ now: UInt64) {
        if now >= advisedAt + tuning.adviceLasts { advised = 0 }
        need.take(advised)
    }

    private mutating func complain(_ short: Int64, _ now: UInt64) {
        guard mode == .on else { return }
        // Who was asked for statistics may have something yet.
        let since = shortSince ?? now
        shortSince = since
        guard now >= since + tuning.staleAfter else { return }
        if let complainedAt, now < complainedAt + tuning.complainEvery { return }
        complainedAt = now
        isShort = true
        happenings.append(
            .nothingToTake(
                short: UInt64(short), promised: UInt64(max(0, ledger.promised)), budget: ledger.effective))
    }
}
