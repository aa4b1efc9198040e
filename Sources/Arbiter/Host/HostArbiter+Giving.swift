internal import Balloon

extension HostArbiter {
    /// Brings the ledger into balance as far as that goes now: gives what is free to who waits, asks for what is short.
    mutating func balance(_ now: Instant) {
        reckon()
        guard ledger.budget != nil, mode != .paused else { return }
        countSpentInAlarm()
        giveAll(now)
        collect(now)
        if let happening = shortage.judge(free: ledger.free) { news.append(happening) }
    }

    /// Sees by fresh statistics whether the guest runs short, or could use what lies about.
    mutating func hear(_ wish: Wish, _ index: Int, _ now: Instant) {
        guard ledger.budget != nil, mode != .paused, books[index].claim != .alarm, books[index].isRunning else {
            return updatePayer(index, now)
        }
        books.change(index) { $0.claim = wish.shortage > 0 ? .early : nil }
        books.setWanted(wish.shortage, index)
        updatePayer(index, now)
        books.setLack(wish.lack, index)
        giveAhead(wish, index, now)
        if wish.shortage == 0, wish.isFull { giveSurplus(index, now) }
    }

    /// Gives memory that nobody needs to a page cache that is full.
    private mutating func giveSurplus(_ index: Int, _ now: Instant) {
        let surplus = ledger.free - NeedFigures.slacksBeforeSurplus * ledger.slack
        let takes = books[index].takes
        guard isSharing, books.claims.isEmpty, surplus > 0, takes > 0, books[index].arbiter.state == .settled else {
            return
        }
        guard !books[index].turns.lastPayment.blocks(.surplus, at: now) else { return }
        let share = max(surplus / NeedFigures.surplusDivisor, MoveFigures.leastCalmPortion)
        give(index, min(share, surplus, takes), .surplus, now)
    }

    /// Gives a guest what is free before its programs need it: one that starts takes free memory first, and then throws out page
    /// cache. Beyond the slack in calm; and of the slack, which is for bursts, where memory falls already.
    private mutating func giveAhead(_ wish: Wish, _ index: Int, _ now: Instant) {
        let lacks = books[index].account.lacks
        guard isSharing, books.claims.isEmpty, lacks > 0 else { return }
        let kept = wish.isFalling ? ledger.slack / SlackFigures.alarmDivisor : ledger.slack
        let pages = min(ledger.free - kept, lacks)
        guard pages >= MoveFigures.least else { return }
        give(index, pages, wish.isFalling ? .early : .surplus, now)
        books.setLack((books[index].account.lacks - pages).orNone, index)
    }

    private mutating func giveAll(_ now: Instant) {
        for _ in 0..<MoveFigures.perEvent {
            guard let (index, _) = books.claims.first, let rule = books[index].claim else { return }
            var free = ledger.free
            // A part of the slack is for guests in an alarm alone.
            if rule != .alarm { free -= ledger.slack / SlackFigures.alarmDivisor }
            let wanted = books[index].account.wanted
            let pages = min(free, wanted)
            guard pages > 0, pages >= min(wanted, MoveFigures.least) else { return }
            // What arrives from a payer in messages of 1 MiB is handed on in fewer steps, each of them an interrupt.
            if pages < min(wanted, MoveFigures.fullGrant), let next = books[index].turns.nextGrant, now < next {
                goOnAt = next
                return
            }
            give(index, pages, rule, now)
        }
        if !books.claims.isEmpty { goOnAt = now + MoveFigures.goOnAfter }
    }

    /// Lends a guest in an alarm some of the host's memory beyond the budget, where nobody can pay and the host has plenty: it takes
    /// its pages back anyway, at a failed reclaim for each MiB. What was lent is an overdraft, which others are asked for.
    ///
    /// - Returns: how much was lent.
    mutating func lendFromHost(_ now: Instant) -> Pages {
        guard isSharing, let (index, _) = books.claims.first, case .alarm = books[index].arbiter.phase else { return 0 }
        let pages = min(books[index].account.wanted, SpendingFigures.loan)
        guard pages > 0, host.canLend(pages, beyond: ledger.promised) else { return 0 }
        if let next = host.nextLoan, now < next {
            goOnAt = next
            return 0
        }
        let before = ledger.promised
        host.noteLoan(pages, at: now)
        give(index, pages, .host, now)
        books.addLoan((ledger.promised - before).orNone)
        goOnAt = now + SpendingFigures.loanPace
        return pages
    }

    private mutating func give(_ index: Int, _ pages: Pages, _ rule: MoveRule, _ now: Instant) {
        let free = ledger.free
        guard isSharing else {
            record(rule, gainer: index, pages, now, freeBefore: free)
            books.setWanted(0, index)
            return
        }
        let why = "given \(mebibytes(pages)) from the host's budget: \(rule.words)"
        let decision = books.change(index) { guest in
            var decision = Decision()
            guest.arbiter.give(pages, why, guest.held, &decision)
            guest.lending = nil
            guest.turns.noteGrant(rule, at: now)
            return decision
        }
        changes.append(decision, about: index)
        if rule == .alarm { bursts.add(pages, now) }
        if rule != .surplus { books.setWanted((books[index].account.wanted - pages).orNone, index) }
        books.change(index) {
            if $0.account.wanted == 0, $0.claim == .early { $0.claim = nil }
        }
        settle(index, now)
        record(rule, gainer: index, pages, now, freeBefore: free)
    }
}
