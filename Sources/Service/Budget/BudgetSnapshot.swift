internal import Arbiter
internal import Balloon
internal import ControlAPI
internal import HostSignals
internal import Linux

/// The shared arbiter at one moment.
struct BudgetSnapshot: Sendable {
    let arbiter: HostArbiter
    let reactions: ReactionTimes
    /// By handle; `nil`: there is no such guest.
    let names: [String?]

    /// All that is known of the budget.
    ///
    /// - Parameters:
    ///   - host: how the host was when it was looked at last.
    ///   - missing: what this machine does not tell.
    func status(host: HostReading, missing: [String]) -> BudgetStatus {
        let ledger = arbiter.ledger
        var shown = HostStatus(pressure: arbiter.pressure.word, missing: missing)
        shown.show(host)
        return BudgetStatus(
            mode: arbiter.mode.shown, budget: ByteSize(ledger.budget ?? 0), effective: ByteSize(ledger.effective),
            promised: ByteSize(ledger.promised), free: ledger.free.signedBytes, slack: ByteSize(ledger.slack),
            due: ByteSize(ledger.due), wanted: ByteSize(ledger.wanted), loans: ByteSize(ledger.loans),
            reserved: ByteSize(ledger.reserved), host: shown, reaction: ReactionStatus(reactions),
            guests: names.enumerated().compactMap { index, name in
                name.flatMap { share(of: GuestHandle(rawValue: index), named: $0) }
            }, shortage: shortage)
    }

    private var shortage: ShortageStatus? {
        arbiter.standingShortage.map { shortage in
            let holder = shortage.holder.flatMap { name(of: $0.guest) }
            let blame = holder.flatMap { name in shortage.holder.map { "; \($0.sentence(name))" } } ?? ""
            return ShortageStatus(
                bytes: ByteSize(shortage.pages), holder: holder, holds: shortage.holder.map { ByteSize($0.promised) },
                message: "\(ByteSize(shortage.pages)) are needed and nobody can pay\(blame)")
        }
    }

    private func share(of guest: GuestHandle, named name: String) -> GuestShareStatus? {
        guard let share = arbiter.share(of: guest) else { return nil }
        return GuestShareStatus(
            name: name, promised: ByteSize(share.promised), min: ByteSize(share.limits.min),
            max: ByteSize(share.limits.max),
            weight: share.limits.weight, reservation: ByteSize(share.limits.reservation),
            cap: share.cap.map { ByteSize($0) },
            floor: ByteSize(share.floor), price: share.price, active: share.active, spare: ByteSize(share.spare),
            due: ByteSize(share.due), wanted: ByteSize(share.wanted), state: BalloonState(arbiter.state(of: guest)),
            reason: share.spent.map {
                DriverlessShare(promised: share.promised, spent: $0, max: share.limits.max).sentence
            } ?? arbiter.reason(of: guest),
            spent: share.spent.map { ByteSize($0) }, ceiling: share.groupLimit.map { ByteSize($0.ceiling) })
    }

    /// What would happen; see ``HostArbiter/plan(needing:at:)``.
    func plan(needing need: (name: String, bytes: UInt64)? = nil) -> BudgetPlan {
        let guest = need.flatMap { need in names.firstIndex(of: need.name) }.map { GuestHandle(rawValue: $0) }
        let promised = guest.flatMap { arbiter.share(of: $0)?.promised }.map { ByteSize($0) }
        let plan = arbiter.plan(
            needing: guest.flatMap { guest in need.map { (guest, Pages(bytes: $0.bytes)) } },
            at: MonotonicClock.instant())
        let steps = plan.moves.map { move in
            var move = move
            move.isCarriedOut = false
            let named = NamedMove(move: move, payer: name(of: move.payer), gainer: name(of: move.gainer))
            return BudgetPlan.Step(move: MemoryMove(named), message: named.sentence)
        }
        let refusals = plan.refusals.compactMap { refusal in
            name(of: refusal.guest).map { BudgetPlan.Refusal(guest: $0, why: "\(refusal.reason)") }
        }
        var shown = BudgetPlan(
            guest: need?.name, sees: need.map { ByteSize($0.bytes) }, promised: need == nil ? nil : promised,
            message: "", steps: steps,
            refusals: refusals, short: ByteSize(plan.short + plan.beyondReach), free: plan.ledger.free.signedBytes)
        shown.message = shown.summary(beyondReach: ByteSize(plan.beyondReach), mode: arbiter.mode.shown)
        return shown
    }

    private func name(of guest: GuestHandle?) -> String? {
        guest.flatMap { names.indices.contains($0.rawValue) ? names[$0.rawValue] : nil }
    }
}

extension BudgetPlan {
    /// What would come of it, in one line.
    fileprivate func summary(beyondReach: ByteSize, mode: BudgetMode) -> String {
        let outcome = outcome(beyondReach: beyondReach)
        return mode == .on || steps.isEmpty ? outcome : "\(outcome) (in mode on; now it is \(mode.rawValue))"
    }

    private func outcome(beyondReach: ByteSize) -> String {
        guard let guest, let sees, let promised else {
            return steps.isEmpty ? "nothing would happen" : payment
        }
        guard sees > promised else { return "\(guest) is promised \(promised) already; \(anyway)" }
        // Who runs sees something.
        guard promised > 0 else { return "\(guest) would see nothing: no virtual machine runs; \(anyway)" }
        if beyondReach > 0 {
            return "\(guest) could not see \(sees): its memory, or what an operator lets it see, is "
                + "\(beyondReach) less; \(payment)"
        }
        let need = "\(guest) would need \(ByteSize(sees.bytes - promised.bytes)) more"
        guard short > 0 else { return "\(need), and get it; \(payment)" }
        return "\(need), and \(short) would be short; \(payment)"
    }

    private var payment: String {
        let payers = steps.reduce(into: [String]()) { names, step in
            if let payer = step.move.payer, !names.contains(payer) { names.append(payer) }
        }
        return payers.isEmpty ? "nobody would pay" : "\(payers.joined(separator: ", ")) would pay, in this order"
    }

    /// What would happen though the guest needs nothing.
    private var anyway: String {
        steps.isEmpty ? "nothing would happen" : "what would happen whatever it needs: \(payment)"
    }
}

extension HostStatus {
    fileprivate mutating func show(_ reading: HostReading) {
        total = reading.memory.total.map { ByteSize($0) }
        available = reading.memory.available.map { ByteSize($0) }
        // The kernel tells percent.
        stalledSome = reading.pressure.map { $0.some / 100 }
        stalledFull = reading.pressure.map { $0.full / 100 }
        cgroup = reading.group?.folder
        cgroupLimit = reading.limit.map { ByteSize($0) }
        cgroupUsed = reading.used.map { ByteSize($0) }
    }
}

extension ReactionStatus {
    fileprivate init(_ times: ReactionTimes) {
        func seconds(_ time: UInt64) -> Double { Double(time) / 1e9 }
        self.init(
            count: times.count, meanSeconds: times.count > 0 ? seconds(times.sum) / Double(times.count) : nil,
            longestSeconds: times.count > 0 ? seconds(times.longest) : nil,
            latestSeconds: times.count > 0 ? seconds(times.latest) : nil,
            buckets: zip(ReactionTimes.bounds, times.counts).map { Bucket(seconds: seconds($0), count: $1) })
    }
}

extension HostPressure {
    fileprivate var word: String {
        switch self {
        case .calm: "calm"
        case .some: "some"
        case .full: "full"
        }
    }
}

extension HostMode {
    init(_ mode: BudgetMode) {
        switch mode {
        case .on: self = .on
        case .watch: self = .watch
        case .pause: self = .paused
        }
    }

    var shown: BudgetMode {
        switch self {
        case .on: .on
        case .watch: .watch
        case .paused: .pause
        }
    }
}
