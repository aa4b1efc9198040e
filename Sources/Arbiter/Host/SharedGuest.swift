internal import Balloon

/// One guest of a ``HostArbiter``: its own arbiter, and how it stands among the others.
struct SharedGuest: Sendable, Codable {
    /// What people call it; empty: nobody has said.
    let name: String
    var limits: GuestLimits
    var presence: Presence
    /// Free page reporting works: its free pages are the host's already.
    var hasReporting = false
    /// The most that an operator wants it to see.
    var cap: Pages?
    var arbiter = GuestArbiter()
    var account = Account()
    /// For what it waits.
    var claim: MoveRule?
    /// What the host has asked of it; `nil`: nothing, or it is done with.
    var lending: Lending?
    /// What its last statistics allow; `nil`: nothing that it said counts any longer.
    var report: Report?
    var habits = Habits()
    var turns = Turns()
    /// What the host spends on it.
    var hostSide = HostSide()
    /// What its VMM's cgroup allows; `nil`: as much as it likes.
    var groupLimit: GroupLimit?

    enum Presence: Sendable, Codable {
        /// The slot is free.
        case gone
        /// No virtual machine runs.
        case absent
        /// A virtual machine runs: its memory counts.
        case running
    }

    /// What the guest has, as it stands in the ledger's sums. Only the ``Books`` write it.
    struct Account: Sendable, Codable, Equatable {
        /// What is in its balloon.
        var held: Pages = 0
        /// What it may see.
        var promised: Pages = 0
        var due: Pages = 0
        var wanted: Pages = 0
        /// Free pages that it lacks for the next program that starts: nobody waits for them.
        var lacks: Pages = 0
    }

    /// A balloon that the host asked for, until it is reached or given up.
    struct Lending: Sendable, Codable {
        private(set) var goal: Pages
        /// What was held when it was asked, or looked at last, and when that was.
        private var heldThen: Pages
        private var lookedAt: Instant
        /// Pages a second, as they come; `nil`: it has not been looked at.
        private var pace: Double?

        init(goal: Pages, held: Pages, at now: Instant) {
            self.goal = goal
            heldThen = held
            lookedAt = now
        }

        /// It is asked for more.
        mutating func go(to goal: Pages) { self.goal = goal }

        /// Looks what has come since the last time.
        mutating func look(_ held: Pages, at now: Instant) {
            let time = (now - lookedAt).seconds
            guard time > 0 else { return }
            let come = Double((held - heldThen).orNone.count) / time
            pace = pace.map { $0 + (come - $0) * PriceFigures.paceWeight } ?? come
            heldThen = held
            lookedAt = now
        }

        /// What can be counted on: all that is due, and of a slow guest what comes soon. So a slow one that goes on steadily is
        /// counted on, and who waits need not wait for it alone.
        func due(_ held: Pages) -> Pages {
            let due = (goal - held).orNone
            return pace.map { min(due, Pages(rounding: $0 * PriceFigures.soon)) } ?? due
        }
    }

    /// What it has been like for longer than a set of statistics tells.
    struct Habits: Sendable, Codable {
        var idleness = Idleness()
        var floor = LearnedFloor()
        /// Since when it says without a break how it is, its major faults included: a guest that does not tell them is never known.
        var heardSince: Instant?
        /// The floor has been learned from the alarm that it is in.
        var isHurt = false
    }

    /// When memory went which way: a move is not turned round at once.
    struct Turns: Sendable, Codable {
        private(set) var lastGain = TurnGuard()
        private(set) var lastPayment = TurnGuard()
        /// Before this a grant that is not a full one waits for more to come.
        private(set) var nextGrant: Instant?
        /// When it was last advised, in watch mode, that this guest should pay.
        private(set) var advisedAt: Instant?

        /// Its own arbiter gave it something.
        mutating func noteGain(_ rule: MoveRule, at now: Instant) {
            lastGain.note(rule, at: now)
            lastPayment.turned(at: now)
        }

        /// The host gave it something.
        mutating func noteGrant(_ rule: MoveRule, at now: Instant) {
            nextGrant = now + MoveFigures.grantPace
            noteGain(rule, at: now)
        }

        mutating func notePayment(_ rule: MoveRule, at now: Instant) { lastPayment.note(rule, at: now) }

        mutating func noteAdvice(at now: Instant) { advisedAt = now }
    }

    init(_ name: String, limits: GuestLimits, isPresent: Bool) {
        self.name = name
        self.limits = limits
        presence = isPresent ? .running : .absent
    }

    /// Forgets what was known of a virtual machine that has ended; what it has in the sums is the ``Books``' to write.
    mutating func machineWent() {
        hasReporting = false
        arbiter.machineWent()
        habits = Habits()
        turns = Turns()
    }

    var held: Pages { account.held }
    var isRunning: Bool { arbiter.driver.isRunning }

    /// Brings its account in line with the rest.
    ///
    /// - Returns: by how much the sums change.
    mutating func balance() -> (promised: Pages, due: Pages) {
        let isCounted = presence == .running
        let promised = isCounted ? promise : 0
        let due = isCounted ? lending?.due(held) ?? 0 : 0
        defer {
            account.promised = promised
            account.due = due
        }
        return (promised - account.promised, due - account.due)
    }

    /// Pages that it can still be given in an alarm.
    @inline(__always)
    var takesInAlarm: Pages { (committed - ceilingBalloon).orNone }

    /// What it is promised: what it may see now, but for a guest of which the host knows better.
    @inline(__always)
    var promise: Pages { hostSide.promise(limits.max - committed) }

    /// By how much less it is promised where that counts which the host spends on it; `nil`: that cannot be.
    var unspent: Pages? {
        guard presence == .running, hostSide.canCountSpent else { return nil }
        return account.promised - hostSide.estimate(limits.max - committed)
    }

    /// What of its balloon it is bound to leave to others.
    @inline(__always)
    private var committed: Pages { min(arbiter.committed(held), limits.max) }

    /// Never takes the guest below this, whoever asks: visible pages.
    @inline(__always)
    func least(_ now: Instant) -> Pages { min(max(limits.min, habits.floor.pages(now), 1), limits.max) }

    /// The balloon that the guest has been asked for so far.
    @inline(__always)
    var goal: Pages { min(max(lending?.goal ?? 0, committed), limits.max) }

    /// What it sees once it has followed.
    @inline(__always)
    var visibleAtGoal: Pages { limits.max - goal }

    /// The least balloon that an operator's cap allows, and what the host allows its VMM.
    @inline(__always)
    var capBalloon: Pages { max(operatorBalloon, ceilingBalloon) }

    /// The least balloon that an operator's cap allows.
    @inline(__always)
    var operatorBalloon: Pages { balloon(seeing: cap) }

    /// The least balloon that what the host allows its VMM leaves: the guest is not given more even in an alarm.
    @inline(__always)
    var ceilingBalloon: Pages { balloon(seeing: groupLimit?.ceiling) }

    /// The limit of its VMM's cgroup, where that is less than the guest's memory.
    var bindingLimit: GroupLimit? { ceilingBalloon > 0 ? groupLimit : nil }

    @inline(__always)
    private func balloon(seeing most: Pages?) -> Pages { most.map { limits.max - min($0, limits.max) } ?? 0 }

    /// Steers to the balloon that its cap allows, or to what it was asked to lend.
    ///
    /// - Parameter isNow: an operator says it now. Said again of a guest that was given up, it is tried at once; of one that is left
    ///   alone, it is kept.
    mutating func steer(isNow: Bool, _ moment: Moment) -> Decision {
        let balloon = lending.map { max(capBalloon, $0.goal) } ?? restingBalloon
        let isMeant = isNow && arbiter.phase.pauseEnd != nil && balloon > held
        guard balloon != arbiter.goal || isMeant else { return Decision() }
        return arbiter.handle(isNow ? .requested(balloon) : .reckoned(balloon), moment)
    }

    /// The balloon to steer to where nothing is asked of it beyond what it has.
    var restingBalloon: Pages { max(committed, capBalloon) }

    /// Pages that it sees less than its min.
    @inline(__always)
    var missing: Pages { (min(limits.min, limits.max - capBalloon) - promise).orNone }

    /// It sees less than is reserved for it.
    @inline(__always)
    var isUnderReservation: Bool { account.promised < limits.reservation }

    /// Pages that it can still be given.
    @inline(__always)
    var takes: Pages { (committed - capBalloon).orNone }

    // MARK: - As a payer

    /// Pages that it can pay now.
    @inline(__always)
    func spare(_ now: Instant, sparingCaches: Bool) -> Pages {
        guard let report else { return 0 }
        let most = min(sparingCaches ? report.bearableFree : report.bearable, limits.max - least(now))
        return (most - goal).orNone
    }

    /// ESX's price: weight for each page that is used, where an idle one counts several times.
    @inline(__always)
    var price: Double {
        let visible = Double(visibleAtGoal.count)
        let idle = min(Double(report?.idle(with: goal).count ?? 0), visible)
        return limits.weight * PriceFigures.unit / max(1, visible - idle + PriceFigures.idleCost * idle)
    }

    /// It may be asked for memory at all: it is well, it answers, and it has not just been given some.
    @inline(__always)
    func mayPay(_ now: Instant) -> Bool {
        guard presence == .running, isRunning, claim == nil, let report else { return false }
        guard arbiter.canLend, !arbiter.isSuspected else { return false }
        return !turns.lastGain.blocks(.early, at: now) || liesIdle(report)
    }

    @inline(__always)
    private func liesIdle(_ report: Report) -> Bool {
        report.bearableFree - goal > visibleAtGoal / PriceFigures.liesIdleDivisor
    }

    /// The price at which it can pay now; `nil`: it cannot.
    ///
    /// It changes nothing: what is mutating is called where the guest lies, and not on a copy of it.
    mutating func offer(_ now: Instant) -> Double? {
        guard mayPay(now), spare(now, sparingCaches: false) >= MoveFigures.least else { return nil }
        return price
    }

    /// It has been heard of for long enough to know whether somebody reads what is in its page cache.
    @inline(__always)
    func isKnown(_ now: Instant) -> Bool { habits.heardSince.map { now >= $0 + PriceFigures.knownAfter } ?? false }

    /// Where a payer stands that has been asked for a balloon of so many pages.
    mutating func lend(to goal: Pages, _ now: Instant) {
        if lending == nil { lending = Lending(goal: goal, held: held, at: now) }
        lending?.go(to: goal)
    }

    /// Sees what it has given since the last time.
    mutating func watchLending(_ now: Instant) {
        let held = held
        lending?.look(held, at: now)
    }

    /// Learns the size under which it suffers from the alarm that has begun.
    mutating func learnFloor(_ now: Instant) {
        // A driver that is paused in an alarm goes on with the same one.
        if case .idle = arbiter.phase { return }
        guard case .alarm(let alarm) = arbiter.phase else {
            habits.isHurt = false
            return
        }
        guard !habits.isHurt else { return }
        habits.isHurt = true
        let visible = limits.max - min(alarm.heldBefore, limits.max)
        let isOurs = turns.lastPayment.isRecent(at: now)
        habits.floor.hurt(at: visible, most: limits.max, isOurs: isOurs, now)
    }
}
