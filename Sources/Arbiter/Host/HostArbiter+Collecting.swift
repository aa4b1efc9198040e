internal import Balloon

extension HostArbiter {
    /// Asks for what is short: the cheapest payers first, so many for one event at most.
    mutating func collect(_ now: Instant) {
        var need = need(now)
        if need.urgent <= 0 {
            if let happening = shortage.over() { news.append(happening) }
            scarcity.relax(now)
        } else if ledger.due > 0 {
            shortage.end()
        }
        guard need.isWorthIt else { return }
        let aside = askPayers(for: &need, now)
        for (index, price) in aside { books.setPrice(price, index) }
        if need.urgent > 0, ledger.due == 0, books.payers.isEmpty { goShort(need.urgent, now) }
    }

    private mutating func need(_ now: Instant) -> Need {
        var need = Need(ledger, rule: ruleOfNeed, claimant: books.claims.first?.number)
        if ledger.lacking > 0, now >= lackingAt + NeedFigures.lackPace {
            lackingAt = now
            need.add(lacking: min(ledger.lacking, ledger.effective / NeedFigures.lackDivisor))
        }
        if mode == .watch { need.take(advice.standing(now)) }
        return need
    }

    private var ruleOfNeed: MoveRule {
        if let (index, _) = books.claims.first, let claim = books[index].claim { return claim }
        guard ledger.free < 0 else { return .slack }
        return ledger.budget.map { ledger.promised <= $0 } == true ? .pressure : .overdraft
    }

    /// - Returns: who pays no more now, and pays again later, at which price.
    private mutating func askPayers(for need: inout Need, _ now: Instant) -> [(index: Int, price: Double)] {
        var aside: [(index: Int, price: Double)] = []
        for _ in 0..<MoveFigures.perEvent {
            guard need.total > 0, let (index, price) = books.payers.first else { break }
            switch ask(index, price, &need, now) {
            case .paid: break
            case .paidForNow:
                books.setPrice(nil, index)
                aside.append((index, price))
            case .hasNothing: books.setPrice(nil, index)
            }
        }
        // Those that were put aside do not stand among the payers now.
        if need.isWorthIt, !books.payers.isEmpty { goOnAt = now + MoveFigures.goOnAfter }
        return aside
    }

    /// What became of asking one payer.
    private enum Answer {
        case paid
        /// It has given its portion, and pays again when it has told how it is, or where it presses.
        case paidForNow
        /// For this need it has nothing. It is asked again after its next statistics.
        case hasNothing
    }

    private mutating func ask(_ index: Int, _ price: Double, _ need: inout Need, _ now: Instant) -> Answer {
        guard let report = books[index].report, now <= report.at + PriceFigures.staleAfter else {
            // What it said is too old to be acted on.
            books.change(index) { $0.report = nil }
            var decision = Decision()
            decision.requestStatistics = true
            changes.append(decision, about: index)
            return .hasNothing
        }
        let isUrgent = need.urgent > 0
        if report.hasPaid, !isUrgent { return .paidForNow }
        if mode == .watch, let advised = books[index].turns.advisedAt, now < advised + MoveFigures.adviceLasts {
            return .paidForNow
        }
        let isForFreePages = need.isForComfort || !isUrgent && !books[index].isKnown(now)
        let sparesCaches = isForFreePages || isTooDear(price, need)
        let spare = books[index].spare(now, sparingCaches: sparesCaches)
        guard spare >= MoveFigures.least else { return isForFreePages ? .paidForNow : .hasNothing }
        let pages = min(spare, portion(index, need), max(need.total, MoveFigures.least))
        books.change(index) { $0.report?.notePayment(isUrgent: isUrgent) }
        pay(index, pages, price, need, now)
        need.take(pages)
        return mode == .watch || !isUrgent && books.payers.contains(index) ? .paidForNow : .paid
    }

    /// Its page cache is worth as much as the need.
    private func isTooDear(_ price: Double, _ need: Need) -> Bool {
        need.claimant.map { price * PriceFigures.cacheMargin >= books.claimantPrice($0) } ?? false
    }

    /// What one payer gives in one go.
    private func portion(_ index: Int, _ need: Need) -> Pages {
        guard need.urgent > 0 else {
            return max(books[index].account.promised / MoveFigures.calmDivisor, MoveFigures.leastCalmPortion)
        }
        guard books.payers.count > 1 else { return need.total }
        return max(need.total / MoveFigures.urgentDivisor, MoveFigures.urgentPortion)
    }

    private mutating func pay(_ index: Int, _ pages: Pages, _ price: Double, _ need: Need, _ now: Instant) {
        record(
            need.rule, payer: index, gainer: need.claimant, pages, now, price: price, freeBefore: ledger.free)
        guard isSharing else {
            advice.add(pages, now)
            books.change(index) { $0.turns.noteAdvice(at: now) }
            return
        }
        let gainer = need.claimant.map { books[$0].name } ?? ""
        let cause = gainer.isEmpty ? "(\(need.rule.words))" : "for \(gainer) (\(need.rule.rawValue))"
        let why = "lending \(mebibytes(pages)) more \(cause); none that can pay now is cheaper"
        let decision = books.change(index) { guest in
            let goal = guest.goal + pages
            guest.lend(to: goal, now)
            guest.turns.notePayment(need.rule, at: now)
            var decision = Decision()
            guest.arbiter.lend(to: goal, why, Moment(now, held: guest.held), &decision)
            return decision
        }
        changes.append(decision, about: index)
        updatePayer(index, now)
    }

    /// Does what can be done where something is needed, and nobody can pay.
    private mutating func goShort(_ short: Pages, _ now: Instant) {
        // A guest in an alarm waits: all are left less. Where guests see more than there is, what is squeezed out of one
        // would help no other.
        if let (index, _) = books.claims.first, books[index].claim == .alarm, ledger.free >= 0, isSharing {
            scarcity.squeeze(now)
        }
        let lent = lendFromHost(now)
        guard mode == .on, short > lent, shortage.goOn(short - lent, now) else { return }
        news.append(
            .nothingToTake(
                short: short - lent, promised: ledger.promised, budget: ledger.effective, holder: holder()))
    }
}
