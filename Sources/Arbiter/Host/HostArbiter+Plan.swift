public import Balloon

/// What would happen, tried on a copy.
extension HostArbiter {
    /// A virtual machine runs: the guest's memory counts.
    public func isPresent(_ guest: GuestHandle) -> Bool {
        books.isUsed(guest.rawValue) && books[guest.rawValue].presence == .running
    }

    /// A copy to look at while this one goes on: no move, happening or free slot goes with it.
    ///
    /// Only references are copied now, and with the first change of either n / 16 more, the 16 guests around the one that
    /// changes, and the heaps (20 bytes a guest): this one is not held up. Nor by the copy being let go, if that is done elsewhere.
    public func snapshot() -> HostArbiter {
        var copy = self
        copy.books = books.snapshot
        copy.news = news.emptied
        return copy
    }

    /// What would happen now, in mode `on`, if every payer gave what it is asked for; and, with `needing`, if that guest
    /// ran short and needed to see so many pages. O(n), and more where many have to pay: not for the path of events.
    ///
    /// - Returns: the moves in order; who pays nothing and why; and how much would be short in the end.
    public func plan(needing need: (guest: GuestHandle, visible: Pages)? = nil, at now: Instant) -> HostPlan {
        var copy = self
        return copy.carryOutPlan(needing: need, at: now)
    }

    private mutating func carryOutPlan(
        needing need: (guest: GuestHandle, visible: Pages)?, at now: Instant
    ) -> HostPlan {
        var plan = HostPlan()
        while nextMove() != nil {}
        while nextChange() != nil {}
        set(mode: .on, at: now)
        goOnAt = nil
        let steady = time.at(now)
        if let need, books.isUsed(need.guest.rawValue) { claim(need.visible, need.guest.rawValue, &plan) }
        // Each round: ask, let what was asked for arrive, give. Calm portions wait for fresh statistics in between.
        for _ in 0..<MoveFigures.planRounds {
            let before = (ledger.promised, ledger.wanted, ledger.due)
            balance(steady)
            while let move = nextMove() { plan.moves.append(move) }
            while nextChange() != nil {}
            for index in books.slots where books.isUsed(index) { deliver(index, steady) }
            if before == (ledger.promised, ledger.wanted, ledger.due), ledger.due == 0 { break }
        }
        plan.short = ledger.wanted.orNone + (0 - ledger.free).orNone
        plan.ledger = ledger
        for index in books.slots where books.isUsed(index) && index != need?.guest.rawValue {
            guard !plan.moves.contains(where: { $0.payer?.rawValue == index }) else { continue }
            if let reason = whyNot(index, steady) {
                plan.refusals.append(.init(guest: GuestHandle(rawValue: index), reason: reason))
            }
        }
        return plan
    }

    /// Has a guest wait until it sees so many pages.
    private mutating func claim(_ visible: Pages, _ index: Int, _ plan: inout HostPlan) {
        let sees = books[index].account.promised
        plan.alreadyThere = min(visible, sees)
        guard visible > sees else { return }
        books.change(index) { $0.claim = .early }
        books.setPrice(nil, index)
        books.setWanted(min(visible - sees, books[index].takes), index)
        plan.beyondReach = visible - sees - books[index].account.wanted
    }

    /// The guest gives what it was asked for.
    private mutating func deliver(_ index: Int, _ now: Instant) {
        guard let goal = books[index].lending?.goal, goal > books[index].held else { return }
        _ = books.setHeld(goal, index)
        let moment = moment(index, now)
        books.change(index) {
            _ = $0.arbiter.handle(.progress, moment)
            $0.report?.notePayment(isUrgent: false)
        }
        settle(index, now)
    }

    /// Why a guest pays nothing.
    private func whyNot(_ index: Int, _ now: Instant) -> HostPlan.Reason? {
        let guest = books[index]
        guard guest.presence == .running else { return .notRunning }
        guard guest.isRunning else { return .noDriver }
        if guest.claim != nil { return .inNeed }
        if guest.arbiter.hindrance.fixed != nil { return .busy(.fixed) }
        guard guest.arbiter.canLend else { return .busy(guest.arbiter.state) }
        guard guest.arbiter.hasUsableStatistics else { return .noStatistics }
        guard let report = guest.report, now <= report.at + PriceFigures.staleAfter else { return .silent }
        guard !guest.arbiter.isSuspected else { return .suspected }
        guard guest.mayPay(now) else { return .justGiven }
        let least = guest.least(now)
        guard guest.visibleAtGoal > least + MoveFigures.least else {
            return least > guest.limits.min ? .atFloor(least) : .atMin(guest.limits.min)
        }
        let spare = guest.spare(now, sparingCaches: false)
        guard spare >= MoveFigures.least else {
            return .nothingToSpare(available: report.available(with: guest.goal), kept: report.kept)
        }
        return books.payers.contains(index) ? .notNeeded(spare) : .tooDear(spare)
    }
}
