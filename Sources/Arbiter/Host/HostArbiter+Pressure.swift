internal import Balloon

extension HostArbiter {
    /// Takes what the host says of itself.
    ///
    /// Where some tasks wait, guests' free pages are asked through the balloon to the host, from guests that do not
    /// report them anyway; where all do, or little is available, the effective budget is tightened as well. Without a budget
    /// only ``pressure`` changes.
    public mutating func handle(_ signals: HostSignals, at now: Instant) {
        let now = time.at(now)
        if let total = signals.total, total > 0 { noteTotal(total) }
        host.limit = signals.limit
        host.available = signals.available
        let level = level(signals)
        if level != .calm { host.calmSince = nil } else if host.calmSince == nil { host.calmSince = now }
        let before = (pressure, ledger.effective)
        host.pressure = level
        guard ledger.budget != nil, mode != .paused else { return }
        if level >= .some { reclaimFree(now) }
        if level == .full { tighten(signals, now) } else { loosen(now) }
        balance(now)
        if (pressure, ledger.effective) != before, pressure != before.0 || level == .full {
            news.append(.pressure(level, effectiveBudget: ledger.effective))
        }
    }

    private mutating func noteTotal(_ total: Pages) {
        if let budget = ledger.budget, budget > total, host.total != total {
            news.append(.budgetOverHost(budget: budget, host: total))
        }
        host.total = total
    }

    /// It takes less to stay in trouble than to come into it.
    private func level(_ signals: HostSignals) -> HostPressure {
        let some = signals.someStalled ?? 0
        let full = signals.fullStalled ?? 0
        var low: Pages = 0
        var high: Pages = 0
        var available = Pages.unlimited
        if let total = host.total, let said = signals.available {
            low = total / HostFigures.lowDivisor
            high = total / HostFigures.highDivisor
            available = said
        }
        if available < low || full > HostFigures.fullStalled { return .full }
        if available < low + (high - min(low, high)) / 2 || some > HostFigures.someStalled { return .some }
        let isQuiet =
            some < HostFigures.someStalled * HostFigures.calmFactor
            && full < HostFigures.fullStalled * HostFigures.calmFactor
        return available >= high && isQuiet ? .calm : min(pressure, .some)
    }

    private mutating func tighten(_ signals: HostSignals, _ now: Instant) {
        guard let budget = ledger.budget else { return }
        if let last = host.tightenedAt, now < last + HostFigures.tightenEvery { return }
        host.tightenedAt = now
        var step = budget / HostFigures.tightenDivisor
        if let total = host.total, let available = signals.available {
            step = max(step, total / HostFigures.highDivisor - available)
        }
        // What nobody sees anyway is of no help.
        host.tightened = min(host.tightened + ledger.free.orNone + step, budget)
    }

    private mutating func loosen(_ now: Instant) {
        guard host.tightened > 0, let budget = ledger.budget, let since = host.calmSince else { return }
        guard now >= since + HostFigures.calmBeforeLoosening else { return }
        let last = host.tightenedAt ?? since
        guard now >= last + HostFigures.tightenEvery else { return }
        host.tightenedAt = now
        host.tightened -= min(host.tightened, max(1, budget / HostFigures.loosenDivisor))
    }

    /// Asks some guests, by turns, to let their free pages go through the balloon.
    private mutating func reclaimFree(_ now: Instant) {
        let count = books.slots.count
        guard isSharing, count > 0 else { return }
        var left = HostFigures.reclaimsPerSignal
        for _ in 0..<min(count, HostFigures.looksPerReclaim * left) where left > 0 {
            let index = host.nextReclaim % count
            host.nextReclaim = index + 1
            let guest = books[index]
            guard guest.mayPay(now), !guest.hasReporting, guest.arbiter.state == .settled,
                guest.spare(now, sparingCaches: true) >= MoveFigures.urgentPortion
            else { continue }
            let moment = Moment(now, held: guest.held, terms(index, now).grantingNothing)
            let decision = books.change(index) { $0.arbiter.handle(.reclaim, moment) }
            settle(index, now)
            changes.append(decision, about: index)
            left -= 1
        }
    }
}
