internal import Balloon

/// What an input about a guest means for the ledger.
extension HostArbiter {
    /// Ends what the input ends, before the guest's own arbiter hears of it.
    mutating func prepare(_ input: Input, _ index: Int, _ now: Instant) {
        switch input {
        case .driverStarted(let isFresh, let tells):
            let isSharing = isSharing
            if !tells { noteHeard(index) }
            books.change(index) {
                $0.hostSide.driverStarted(tells: tells)
                $0.lending = nil
                $0.report = nil
                // One that was reset soon after it had to give did not live through that.
                let stranded = isFresh ? $0.arbiter.driver.stranded : 0
                if stranded > 0 {
                    $0.habits.floor.hurt(
                        at: $0.limits.max - min(stranded, $0.limits.max), most: $0.limits.max, isOurs: true, now)
                }
                // A driver with an empty balloon pays when its turn comes, not as the one before it did.
                if isFresh, isSharing { $0.arbiter.steer(to: $0.capBalloon) }
            }
            books.rankDriverless(index)
        case .driverStopped:
            books.change(index) {
                $0.report = nil
                $0.hostSide.driverStopped(at: now)
            }
            books.rankDriverless(index)
        case .statisticsTimedOut:
            books.change(index) { $0.report = nil }
            noteHeard(index)
        case .hinting(true): books.change(index) { $0.report = nil }
        case .wake: books.change(index) { $0.watchLending(now) }
        case .requested, .reckoned, .reclaim, .progress, .unsolicited, .retaken, .statistics, .fixed, .hinting: break
        }
    }

    /// Books what the guest's balloon holds now: it may have changed by itself.
    mutating func note(held: Pages, _ input: Input?, _ index: Int, _ now: Instant) {
        let taken = books.setHeld(held, index)
        if taken < 0 {
            books.payLoans(back: 0 - taken)
        }
        guard taken > 0, ledger.budget != nil else { return }
        books.addLoan(taken)
        switch input {
        case .unsolicited, .retaken: break
        default: return
        }
        bursts.add(taken, now)
        record(.loan, gainer: index, taken, now, freeBefore: ledger.free + taken)
    }

    /// Books what the guest's own arbiter gave it at once.
    mutating func noteGranted(_ pages: Pages, _ index: Int, _ now: Instant) {
        guard pages > 0, isSharing else { return }
        bursts.add(pages, now)
        record(.alarm, gainer: index, pages, now, freeBefore: ledger.free + pages)
        books.change(index) { $0.turns.noteGain(.alarm, at: now) }
    }

    /// Takes an operator's request for a balloon: under a budget, a cap on what the guest sees.
    ///
    /// - Parameter isNow: an operator says it now; else it stood before.
    mutating func setCap(_ pages: Pages, isNow: Bool, _ index: Int, _ moment: Moment) -> Decision {
        let isSharing = isSharing
        return books.change(index) { guest in
            guest.cap = pages == 0 ? nil : (guest.limits.max - pages).orNone
            guard isSharing else {
                return guest.arbiter.handle(isNow ? .requested(pages) : .reckoned(pages), moment)
            }
            return guest.steer(isNow: isNow, moment)
        }
    }

    /// Takes in what the guest's own arbiter has learned from statistics.
    mutating func follow(_ health: Health?, _ index: Int, _ now: Instant) {
        guard let health else { return settle(index, now) }
        let ease = isSharing ? scarcity.ease : 1
        let wish = books.change(index) { $0.hear(health, ease: ease, now) }
        settleAccount(index, now)
        hear(wish, index, now)
    }

    /// Brings what the ledger knows of a guest in line with its state.
    mutating func settle(_ index: Int, _ now: Instant) {
        settleAccount(index, now)
        updatePayer(index, now)
    }

    private mutating func settleAccount(_ index: Int, _ now: Instant) {
        let isSharing = isSharing
        let isSettled = books.change(index) { guest in
            let state = guest.arbiter.state
            if state != .inflating || !guest.isRunning { guest.lending = nil }
            guest.learnFloor(now)
            if isSharing, state != .reclaiming {
                guest.arbiter.steer(to: max(guest.lending?.goal ?? guest.arbiter.target, guest.capBalloon))
            }
            return state == .settled || state == .fixed || state == .hinting
        }
        settleClaim(index)
        if !isSettled, books[index].account.lacks > 0 { books.setLack(0, index) }
    }

    private mutating func settleClaim(_ index: Int) {
        let hasBudget = ledger.budget != nil
        let wanted = books.change(index) { guest -> Pages in
            guard hasBudget, guest.presence == .running, guest.isRunning else {
                guest.claim = nil
                return 0
            }
            // What it waits for is decided when it answers.
            guard guest.arbiter.standstill == nil else {
                guest.claim = nil
                return 0
            }
            switch guest.arbiter.phase {
            case .alarm, .silent:
                guest.claim = .alarm
                return min(guest.arbiter.unmet, guest.takesInAlarm)
            case .reclaiming: guest.claim = nil
            case .idle, .settled, .starting, .inflating, .deflating, .holdOff, .stalled:
                if guest.claim == .alarm { guest.claim = nil }
            }
            return guest.claim == nil ? 0 : guest.account.wanted
        }
        books.setWanted(wanted, index)
    }

    mutating func updatePayer(_ index: Int, _ now: Instant) {
        let isCounted = ledger.budget != nil && mode != .paused
        books.setPrice(isCounted ? books.offer(index, now) : nil, index)
    }

    /// Brings the effective budget and the slack up to date.
    mutating func reckon() {
        guard let budget = ledger.budget else { return books.setEffective(0, slack: 0) }
        books.setEffective(
            host.effective(budget, reserved: ledger.reserved), slack: bursts.slack(of: budget, time.now))
    }
}
