/// One guest of a ``HostArbiter``: its own arbiter, and how it stands in the ledger. Pages of 4 KiB.
struct SharedGuest: Sendable {
    var limits: GuestLimits
    var arbiter: GuestArbiter
    /// The slot is taken.
    var isUsed = true
    /// A virtual machine runs: its memory counts.
    var isPresent: Bool
    /// Free page reporting works: its free pages are the host's already.
    var hasReporting = false
    /// The most that an operator wants it to see.
    var cap: UInt64?

    var held: UInt64 = 0
    // As they stand in the ledger's sums.
    var promised: Int64 = 0
    var due: Int64 = 0
    var wanted: Int64 = 0
    /// Free pages that it lacks for the next program that starts: nobody waits for them.
    var lacks: Int64 = 0

    /// The balloon that the host asked for, until it is reached or given up.
    var lendGoal: UInt64?
    /// For what it waits.
    var claim: MoveRule?

    var idleness = Idleness()
    var floor = LearnedFloor()
    /// Balloons that the last statistics allow: with all free pages in it, and with the page cache too.
    var bearableFree: UInt64 = 0
    var bearable: UInt64 = 0
    /// Pages that lay idle then, with a balloon of so many.
    var idle: UInt64 = 0
    var goalThen: UInt64 = 0
    var statisticsAt: UInt64?
    /// It has given its calm portion of these statistics.
    var hasPaid = false
    /// It was asked, and gives nothing so far: what is due of it is not counted on.
    var isSlow = false
    var heldAtWake: UInt64 = 0
    /// When it was last advised, in watch mode, that this guest should pay.
    var advisedAt: UInt64?
    var isInAlarm = false

    // A move is not turned round at once.
    var lastGain: TurnGuard = TurnGuard()
    /// Before this a grant that is not a full one waits for more to come.
    var nextGrant: UInt64?
    var lastPayment: TurnGuard = TurnGuard()

    // What the caller has not yet been told.
    var pending: Decision?
    var isQueued = false
    var nextQueued: Int32 = -1

    init(limits: GuestLimits, tuning: Tuning, isPresent: Bool) {
        self.limits = limits
        self.isPresent = isPresent
        arbiter = GuestArbiter(tuning: tuning)
        arbiter.memory = limits.max
    }

    /// Brings what is promised and due up to date.
    ///
    /// - Returns: by how much the sums change.
    mutating func rebook() -> (promised: Int64, due: Int64) {
        let counts = isUsed && isPresent
        let newPromised = counts ? Int64(limits.max - min(arbiter.promised(held), limits.max)) : 0
        let goal = isSlow ? 0 : lendGoal ?? 0
        let newDue = counts && goal > held ? Int64(goal - held) : 0
        defer { (promised, due) = (newPromised, newDue) }
        return (newPromised - promised, newDue - due)
    }

    /// Never takes the guest below this, whoever asks: visible pages.
    func least(_ now: UInt64, _ tuning: HostTuning) -> UInt64 {
        min(max(limits.min, floor.pages(now, tuning), 1), limits.max)
    }

    /// The balloon that the guest has been asked for so far.
    var goal: UInt64 { min(max(lendGoal ?? 0, arbiter.promised(held)), limits.max) }

    /// What it sees once it has followed.
    var visible: UInt64 { limits.max - goal }

    /// The least balloon that an operator's cap allows.
    var capBalloon: UInt64 { cap.map { limits.max - min($0, limits.max) } ?? 0 }

    /// Pages that it sees less than its min.
    var missing: UInt64 {
        let least = min(limits.min, cap ?? limits.max)
        let sees = limits.max - min(arbiter.promised(held), limits.max)
        return least > sees ? least - sees : 0
    }

    /// It sees less than is reserved for it.
    var isUnderReservation: Bool { promised < Int64(limits.reservation) }

    /// Pages that it can still be given.
    var takes: UInt64 {
        let balloon = min(arbiter.promised(held), limits.max)
        return balloon > capBalloon ? balloon - capBalloon : 0
    }

    /// Pages that it can pay now.
    func spare(_ now: UInt64, sparingCaches: Bool, _ tuning: HostTuning) -> UInt64 {
        let free = min(bearableFree, limits.max - max(limits.min, 1))
        let most = sparingCaches ? free : max(free, min(bearable, limits.max - least(now, tuning)))
        return most > goal ? most - goal : 0
    }

    /// Prices are per GiB, to be readable.
    static let gibibyte = 262_144.0

    /// ESX's price: weight for each page that is used, where an idle one counts several times.
    func price(_ tuning: HostTuning) -> Double {
        let visible = Double(visible)
        let gone = goal > goalThen ? goal - goalThen : 0
        let idle = min(Double(idle > gone ? idle - gone : 0), visible)
        return limits.weight * Self.gibibyte / max(1, visible - idle + tuning.idleCost * idle)
    }

    /// It may be asked for memory at all: it is well, it answers, and it has not just been given some.
    func mayPay(_ now: UInt64) -> Bool {
        guard isUsed, isPresent, arbiter.isRunning, claim == nil, statisticsAt != nil else { return false }
        guard arbiter.state == .settled || arbiter.state == .inflating, !arbiter.isSuspected else { return false }
        return !lastGain.blocks(.early, at: now) || liesIdle
    }

    /// So much lies free in it that no hysteresis is worth keeping it there: an eighth of what it sees, beyond what it is
    /// left anyway.
    private var liesIdle: Bool { bearableFree > goal && bearableFree - goal > visible / 8 }

    /// What new statistics say about what it can pay.
    mutating func assess(_ health: Health, _ now: UInt64, _ tuning: HostTuning) {
        statisticsAt = now
        hasPaid = false
        idleness.learn(health, visible: limits.max - min(held, limits.max), tuning)
        let left = comfort(tuning) / 2 * 3
        func bearable(sparingCaches: Bool) -> UInt64 {
            guard let available = health.available else { return 0 }
            let usable = sparingCaches ? min(available, health.free ?? available) : available
            return min(held + (usable > left ? usable - left : 0), limits.max)
        }
        bearableFree = bearable(sparingCaches: true)
        let isWarm = (health.faultRate ?? 0) > tuning.warmFaultRate
        self.bearable = isWarm ? bearableFree : bearable(sparingCaches: false)
        goalThen = goal
        idle = UInt64(Double(limits.max - min(held, limits.max)) * (1 - idleness.active))
    }

    /// Pages that the guest should be given, by what it has and soon will have.
    func shortage(_ health: Health, _ now: UInt64, _ tuning: HostTuning) -> UInt64 {
        let takes = takes
        guard takes > 0, arbiter.state != .reclaiming else { return 0 }
        let wanted = min(missing, takes)
        guard let available = health.available, !lastPayment.blocks(.early, at: now) else { return wanted }
        let comfort = comfort(tuning)
        let fall = min(0, (health.availableGrowth ?? 0) * tuning.foresight)
        let soon = UInt64(max(0, Double(available) + fall))
        return soon < comfort ? max(wanted, min(2 * comfort - soon, takes)) : wanted
    }

    /// Its available memory falls so fast that it makes a difference soon.
    func falls(_ health: Health, _ tuning: HostTuning) -> Bool {
        (health.availableGrowth ?? 0) * tuning.foresight < -Double(tuning.leastMove)
    }

    /// Pages without which the next program that starts throws out page cache that is read: what is free, and soon will be
    /// as it falls, is less than comfort.
    func lack(_ health: Health, _ now: UInt64, _ tuning: HostTuning) -> UInt64 {
        guard let free = health.free, arbiter.state == .settled else { return 0 }
        guard !lastPayment.blocks(falls(health, tuning) ? .early : .surplus, at: now) else { return 0 }
        let fall = min(0, (health.availableGrowth ?? 0) * tuning.foresight)
        let soon = UInt64(max(0, Double(free) + fall))
        let comfort = comfort(tuning)
        return soon < comfort ? min(comfort - soon, takes) : 0
    }

    /// What a guest of its size that is well has available, in pages.
    func comfort(_ tuning: HostTuning) -> UInt64 {
        let share = (limits.max - min(held, limits.max)) / tuning.comfortShare
        let usual = max(tuning.leastComfort, min(share, tuning.mostComfort))
        return UInt64(Double(usual) * arbiter.ease)
    }

    /// Nothing that it said before counts any longer.
    mutating func forgetStatistics() {
        statisticsAt = nil
        bearable = 0
        bearableFree = 0
        idle = 0
    }
}
