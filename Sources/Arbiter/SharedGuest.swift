/// One guest of a ``HostArbiter``: its own arbiter, and how it stands in the ledger. Pages of 4 KiB.
struct SharedGuest: Sendable, Codable {
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
    /// Since when it says without a break how it is, its major faults included: a guest that does not tell them is never known.
    var heardSince: UInt64?
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

    /// Tells its arbiter what it has to know of the host before it decides.
    mutating func brief(grantable: UInt64, ease: Double, _ now: UInt64, _ tuning: HostTuning) {
        arbiter.grantable = grantable
        // A burst is no fight: only where it was made to pay does a repeat make the hold-off longer.
        arbiter.isForgiven = !lastPayment.isRecent(at: now, tuning)
        arbiter.backOffGrowth = tuning.backOffGrowth
        arbiter.ease = ease
    }

    /// The same where it shares with nobody.
    mutating func briefAlone() {
        arbiter.grantable = .max
        arbiter.isForgiven = false
        arbiter.backOffGrowth = GuestArbiter.usualBackOffGrowth
        arbiter.ease = 1
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
    @inline(__always)
    func least(_ now: UInt64, _ tuning: HostTuning) -> UInt64 {
        min(max(limits.min, floor.pages(now, tuning), 1), limits.max)
    }

    /// The balloon that the guest has been asked for so far.
    @inline(__always)
    var goal: UInt64 {
        let promised = arbiter.promised(held)
        guard let lendGoal, lendGoal > promised else { return min(promised, limits.max) }
        return min(lendGoal, limits.max)
    }

    /// What it sees once it has followed.
    @inline(__always)
    var visible: UInt64 { limits.max - goal }

    /// The least balloon that an operator's cap allows.
    @inline(__always)
    var capBalloon: UInt64 { cap.map { limits.max - min($0, limits.max) } ?? 0 }

    /// Pages that it sees less than its min.
    @inline(__always)
    var missing: UInt64 {
        let least = min(limits.min, cap ?? limits.max)
        let sees = limits.max - min(arbiter.promised(held), limits.max)
        return least > sees ? least - sees : 0
    }

    /// It sees less than is reserved for it.
    @inline(__always)
    var isUnderReservation: Bool { promised < Int64(limits.reservation) }

    /// Pages that it can still be given.
    @inline(__always)
    var takes: UInt64 {
        let balloon = min(arbiter.promised(held), limits.max)
        return balloon > capBalloon ? balloon - capBalloon : 0
    }

    /// Pages that it can pay now.
    @inline(__always)
    func spare(_ now: UInt64, sparingCaches: Bool, _ tuning: HostTuning) -> UInt64 {
        let most = min(sparingCaches ? bearableFree : bearable, limits.max - least(now, tuning))
        return most > goal ? most - goal : 0
    }

    /// Prices are per GiB, to be readable.
    static let gibibyte = 262_144.0

    /// ESX's price: weight for each page that is used, where an idle one counts several times.
    @inline(__always)
    func price(_ tuning: HostTuning) -> Double {
        let visible = Double(visible)
        let gone = goal > goalThen ? goal - goalThen : 0
        let idle = min(Double(idle > gone ? idle - gone : 0), visible)
        return limits.weight * Self.gibibyte / max(1, visible - idle + tuning.idleCost * idle)
    }

    /// It may be asked for memory at all: it is well, it answers, and it has not just been given some.
    @inline(__always)
    func mayPay(_ now: UInt64) -> Bool {
        guard isUsed, isPresent, arbiter.isRunning, claim == nil, statisticsAt != nil else { return false }
        guard arbiter.state == .settled || arbiter.state == .inflating, !arbiter.isSuspected else { return false }
        return !lastGain.blocks(.early, at: now) || liesIdle
    }

    /// The price at which it can pay now; `nil`: it cannot.
    ///
    /// It changes nothing: what is mutating is called where the guest lies, and not on a copy of it.
    mutating func offer(_ now: UInt64, _ tuning: HostTuning) -> Double? {
        guard mayPay(now), spare(now, sparingCaches: false, tuning) >= tuning.leastMove else { return nil }
        return price(tuning)
    }

    /// It has been heard of for long enough to know whether somebody reads what is in its page cache.
    @inline(__always)
    func isKnown(_ now: UInt64, _ tuning: HostTuning) -> Bool {
        heardSince.map { now >= $0 + tuning.knownAfter } ?? false
    }

    /// So much lies free in it that no hysteresis is worth keeping it there: an eighth of what it sees, beyond what it is
    /// left anyway.
    @inline(__always)
    private var liesIdle: Bool { bearableFree > goal && bearableFree - goal > visible / 8 }

    /// What a guest of its size that is well has available, in pages.
    @inline(__always)
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
