extension HostArbiter {
    /// Takes what the host says of itself.
    ///
    /// Where some tasks wait, guests' free pages are asked through the balloon to the host, from guests that do not
    /// report them anyway; where all do, or little is available, the effective budget is tightened as well. Without a budget
    /// only ``pressure`` changes.
    public mutating func handle(_ signals: HostSignals, at now: UInt64) {
        let now = time.at(now)
        if let total = signals.total, total > 0 { noteTotal(total) }
        host.limit = signals.limit
        let level = level(signals)
        if level != .calm { host.calmSince = nil } else if host.calmSince == nil { host.calmSince = now }
        let before = (pressure, ledger.effective)
        pressure = level
        guard ledger.budget != nil, mode != .paused else { return }
        if level >= .some { reclaimFree(now) }
        if level == .full { tighten(signals, now) } else { loosen(now) }
        balance(now)
        if (pressure, ledger.effective) != before, pressure != before.0 || level == .full {
            happenings.append(.pressure(level, effectiveBudget: ledger.effective))
        }
    }

    private mutating func noteTotal(_ total: UInt64) {
        if let budget = ledger.budget, budget > total, host.total != total {
            happenings.append(.budgetOverHost(budget: budget, host: total))
        }
        host.total = total
    }

    /// It takes less to stay in trouble than to come into it.
    private func level(_ signals: HostSignals) -> HostPressure {
        let some = signals.someStalled ?? 0
        let full = signals.fullStalled ?? 0
        var low: UInt64 = 0
        var high: UInt64 = 0
        var available = UInt64.max
        if let total = host.total, let said = signals.available {
            low = total / tuning.lowHostShare
            high = total / tuning.highHostShare
            available = said
        }
        if available < low || full > tuning.fullStalled { return .full }
        if available < low + (high - min(low, high)) / 2 || some > tuning.someStalled { return .some }
        let isWell = available >= high && some < tuning.someStalled / 2 && full < tuning.fullStalled / 2
        return isWell ? .calm : min(pressure, .some)
    }

    private mutating func tighten(_ signals: HostSignals, _ now: UInt64) {
        guard let budget = ledger.budget else { return }
        if let last = host.tightenedAt, now < last + tuning.tightenEvery { return }
        host.tightenedAt = now
        var step = budget / 64
        if let total = host.total, let available = signals.available {
            let high = total / tuning.highHostShare
            step = max(step, high > available ? high - available : 0)
        }
        // What is not promised anyway is of no help.
        let unused = UInt64(max(0, ledger.free))
        host.tightened = min(host.tightened + unused + step, budget)
    }

    private mutating func loosen(_ now: UInt64) {
        guard host.tightened > 0, let budget = ledger.budget, let since = host.calmSince else { return }
        guard now >= since + tuning.calmBeforeLoosening else { return }
        let last = host.tightenedAt ?? since
        guard now >= last + tuning.tightenEvery else { return }
        host.tightenedAt = now
        host.tightened -= min(host.tightened, max(1, budget / 16))
    }

    /// Asks some guests, by turns, to let their free pages go through the balloon.
    private mutating func reclaimFree(_ now: UInt64) {
        guard isSharing, !guests.isEmpty else { return }
        var left = tuning.reclaimsPerSignal
        for _ in 0..<min(guests.count, 16 * tuning.reclaimsPerSignal) where left > 0 {
            let index = host.nextReclaim % guests.count
            host.nextReclaim = index + 1
            let guest = guests[index]
            guard guest.mayPay(now), !guest.hasReporting, guest.arbiter.state == .settled,
                guest.spare(now, sparingCaches: true, tuning) >= tuning.urgentPortion
            else { continue }
            guests[index].arbiter.grantable = 0
            let decision = guests[index].arbiter.handle(.reclaim, at: now, held: guest.held)
            settle(index, now)
            enqueue(index, decision)
            left -= 1
        }
    }
}
