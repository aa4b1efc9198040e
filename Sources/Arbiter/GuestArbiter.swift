internal import Balloon

/// Decides one guest's target: from what was asked for, what the guest says, and what it does.
///
/// Pure policy: no clock, no I/O. The caller tells the time (ns, monotonic) and what is held (pages) with each input,
/// carries out the decision, and calls again with `.wake` at ``wakeAt``.
public struct GuestArbiter: Sendable {
    public let tuning: Tuning
    /// `num_pages`.
    public internal(set) var target: UInt64 = 0
    /// What the operator asked for, in pages.
    public internal(set) var requested: UInt64?
    public internal(set) var state = GuestState.idle
    /// Why, in a sentence for people.
    public internal(set) var reason = "no driver runs"
    /// When to call again with `.wake` (ns); `nil`: only when something happens.
    public internal(set) var wakeAt: UInt64?

    var isRunning = false
    /// The driver negotiated statistics, and has not been found to ignore requests from the start.
    var hasStatistics = false
    var hasAnswered = false
    var previous: (set: BalloonStatistics, at: UInt64)?
    /// Troubles in a row; each makes the next pause longer.
    var strikes = 0
    var lastTrouble: UInt64?

    // An alarm.
    var heldAtAlarm: UInt64 = 0
    /// What the last alarm gave, in pages.
    var given: UInt64 = 0
    var lastStep: UInt64 = 0
    var wellSince: UInt64?
    // An inflation or a reclaim.
    var stepWaitsForStatistics = false
    var progressHeld: UInt64 = 0
    var progressAt: UInt64 = 0
    var reclaimBase: UInt64 = 0

    // What statistics said last.
    var health: Health?
    /// What was held when they came, in pages.
    var heldAtHealth: UInt64 = 0
    /// It looked as if the guest were on its knees; it is asked again before anything is made of it.
    var isSuspected = false

    // A guest of a host with a budget (see ``HostArbiter``).
    /// Pages that the guest has: what it says beyond them is not believed.
    var memory = UInt64.max
    /// Pages by which a decision may raise what the guest is promised.
    var grantable = UInt64.max
    /// The target that the last step of an alarm was to reach.
    var wished: UInt64?
    /// By how much each pause is longer than the one before. Under a budget others wait for what a guest keeps to itself.
    var backOffGrowth: UInt64 = 10
    /// Trouble now is of the guest's own making: nothing was taken from it lately.
    var isForgiven = false
    /// Nothing is decided: the target stays as it is.
    var isFrozen = false
    /// The share of what is comfortable that there is for each guest; 1 but where memory is scarce.
    var ease = 1.0

    public init(tuning: Tuning = Tuning()) {
        self.tuning = tuning
    }

    /// Takes one input.
    public mutating func handle(_ input: Input, at now: UInt64, held: UInt64) -> Decision {
        if case .statistics(let set) = input { return hear(set, at: now, held: held) }
        var decision = Decision()
        let before = target
        let promised = promised(held)
        if isFrozen {
            note(input, now, held)
            return decision
        }
        switch input {
        case .driverStarted(let isFresh, let hasStatistics):
            start(isFresh: isFresh, hasStatistics: hasStatistics, now, held, &decision)
        case .driverStopped:
            isRunning = false
            wakeAt = nil
            if state != .alarm, !isPausing { state = .idle }
            reason = "no driver runs"
        case .requested(let pages):
            request(pages, now, held, &decision)
        case .reclaim:
            startReclaim(now, held, &decision)
        case .progress:
            progressed(now, held, &decision)
        case .unsolicited(let pages):
            raiseAlarm(pages, now, held, &decision)
        case .statistics: break
        case .statisticsTimedOut:
            lostStatistics(now, held, &decision)
        case .wake:
            wakeAt = nil
            woken(now, held, &decision)
        }
        conclude(before, promised, held, &decision)
        return decision
    }

    /// Takes one set of statistics, as ``handle(_:at:held:)`` does, with fewer copies of it.
    mutating func hear(_ set: BalloonStatistics, at now: UInt64, held: UInt64) -> Decision {
        var decision = Decision()
        let before = target
        let promised = promised(held)
        if isFrozen {
            note(.statistics(set), now, held)
            return decision
        }
        learn(set, now, held, &decision)
        conclude(before, promised, held, &decision)
        return decision
    }

    private mutating func conclude(_ before: UInt64, _ promised: UInt64, _ held: UInt64, _ decision: inout Decision) {
        // A starving guest is never asked for more, whatever becomes of its held pages.
        if state == .alarm || state == .notAnswering { target = min(target, held) }
        // Nothing is promised that the host does not have.
        target = max(target, promised > grantable ? promised - grantable : 0)
        finish(before, held, &decision)
    }

    func finish(_ before: UInt64, _ held: UInt64, _ decision: inout Decision) {
        if target != before {
            // A guest that took its last pages back has no use for an interrupt, and it may be a driver that is leaving:
            // QEMU does not survive a configuration change behind a device's stop.
            decision.interrupt = isRunning && !(state == .alarm && held == 0)
            decision.happenings.append(.targetSet(pages: target, reason: reason))
        }
    }

    private var pauseEnd: UInt64? {
        switch state {
        case .holdOff(let until), .stalled(let until): until
        default: nil
        }
    }

    /// Held back on purpose for a while.
    var isPausing: Bool {
        switch state {
        case .holdOff, .stalled: true
        default: false
        }
    }

    // MARK: - Life of a driver

    private mutating func start(
        isFresh: Bool, hasStatistics: Bool, _ now: UInt64, _ held: UInt64, _ decision: inout Decision
    ) {
        isRunning = true
        self.hasStatistics = hasStatistics
        previous = nil
        health = nil
        isSuspected = false
        if isFresh {
            wished = nil
            hasAnswered = false
            strikes = 0
            lastTrouble = nil
            target = 0
            state = .settled
            pursue(now, held, &decision)
            return
        }
        // The operator may have asked for less meanwhile.
        target = min(target, requested ?? 0)
        switch state {
        case .holdOff, .stalled:
            guard let requested, requested > held, case .some(let until) = pauseEnd else {
                return pursue(now, held, &decision)
            }
            wakeAt = max(until, now)
            reason = "\(mebibytes(requested)) is tried again after the pause"
        case .alarm:
            lastStep = now
            wellSince = nil
            decision.requestStatistics = hasStatistics
            wakeAt = now + tuning.alarmPace
        default: pursue(now, held, &decision)
        }
    }

    private mutating func request(_ pages: UInt64, _ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        requested = pages
        guard isRunning else { return }
        switch state {
        case .alarm, .notAnswering:
            // It goes on being given what it needs. Less than that is granted at once, more has to wait.
            target = min(target, pages)
            let trouble = state == .alarm ? "is in an alarm" : "does not answer"
            reason = "asked for \(mebibytes(pages)), but the guest \(trouble)"
        case .holdOff where pages > held:
            // However often it is asked: a guest that has just suffered is left alone.
            target = min(target, held)
            reason = "asked for \(mebibytes(pages)); the guest has just suffered and is left alone for a while"
        default:
            // Less balloon is always granted, whatever went before.
            if pages <= held { strikes = 0 }
            pursue(now, held, &decision)
        }
    }

    // MARK: - Towards what was asked for

    /// Sets out for what the operator asked for.
    mutating func pursue(_ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        wakeAt = nil
        wished = nil
        isSuspected = false
        stepWaitsForStatistics = false
        let goal = requested ?? 0
        if goal > held {
            state = .inflating
            progressHeld = held
            progressAt = now
            if hasStatistics {
                reason = "asking the guest what it can spare"
                stepWaitsForStatistics = true
                decision.requestStatistics = true
                // Nothing above what is held until the guest has answered.
                if target > held { target = held }
            } else {
                reason = "inflating to \(mebibytes(goal)); the guest sends no statistics"
                target = goal
            }
            wakeAt = now + tuning.inflatePace
        } else {
            target = goal
            if held > goal + tuning.slop {
                state = .deflating
                reason = "deflating to \(mebibytes(goal))"
            } else {
                settle(held, &decision)
            }
        }
    }

    /// The balloon is down to the target, as closely as the guest's pages allow.
    func hasFollowed(_ held: UInt64) -> Bool {
        held <= target + tuning.slop
    }

    mutating func settle(_ held: UInt64, _ decision: inout Decision) {
        let isNews = state == .inflating || state == .deflating
        state = .settled
        wakeAt = nil
        reason = requested == nil ? "nothing was asked for" : "the target is reached"
        if isNews { decision.happenings.append(.targetReached(pages: held)) }
    }

    private mutating func progressed(_ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        guard isRunning else { return }
        if held >= progressHeld + tuning.stallProgress {
            progressHeld = held
            progressAt = now
        }
        switch state {
        case .inflating:
            guard !stepWaitsForStatistics, held >= target else { return }
            if target >= requested ?? 0 {
                settle(held, &decision)
            } else {
                stepWaitsForStatistics = true
                decision.requestStatistics = true
            }
        case .deflating:
            if hasFollowed(held) { settle(held, &decision) }
        case .reclaiming:
            if !stepWaitsForStatistics, held >= target { endReclaim(now, held, "all free memory was given", &decision) }
        case .alarm:
            if hasFollowed(held) { decision.requestStatistics = hasStatistics }
        default: break
        }
    }

    /// One more step of an inflation, as far as the guest can spare.
    mutating func takeStep(_ health: Health, _ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        stepWaitsForStatistics = false
        // The guest had nothing to do while it was asked.
        progressHeld = held
        progressAt = now
        let goal = requested ?? 0
        guard let room = health.room(tuning, sparingCaches: strikes > 0) else {
            target = goal
            reason = "inflating to \(mebibytes(goal)); the guest does not say what is available"
            return
        }
        if held + room >= goal {
            target = goal
            reason = "inflating to \(mebibytes(goal))"
        } else if room >= tuning.stallProgress {
            target = held + room
            reason = "inflating to \(mebibytes(target)) of \(mebibytes(goal)): the guest can spare no more now"
        } else {
            giveUp(now, held, "the guest has only \(mebibytes(health.available ?? 0)) available", &decision)
        }
    }

    /// The target cannot be reached now: no more chasing.
    mutating func giveUp(_ now: UInt64, _ held: UInt64, _ why: String, _ decision: inout Decision) {
        let wanted = requested ?? target
        target = min(target, held)
        let pause = nextBackOff(now)
        state = .stalled(until: now + pause)
        wakeAt = now + pause
        reason = "\(mebibytes(held)) of \(mebibytes(wanted)): \(why)"
        decision.happenings.append(.stalled(held: held, wanted: wanted, retryIn: pause, reason: why))
    }

    /// The pause after one more trouble (ns).
    mutating func nextBackOff(_ now: UInt64) -> UInt64 {
        if let lastTrouble, now - lastTrouble > tuning.forgiveAfter + backOff(strikes) { strikes = 0 }
        if isForgiven { strikes = 0 }
        strikes += 1
        lastTrouble = now
        return backOff(strikes)
    }

    private func backOff(_ strikes: Int) -> UInt64 {
        var pause = tuning.firstBackOff
        for _ in 0..<max(0, strikes - 1) where pause < tuning.longestBackOff { pause *= backOffGrowth }
        return min(pause, tuning.longestBackOff)
    }

    // MARK: - Time

    mutating func endPause(_ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        wellSince = nil
        pursue(now, held, &decision)
        if let requested, requested > held { decision.happenings.append(.rearmed(target: requested)) }
    }

    private mutating func woken(_ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        guard isRunning else { return }
        switch state {
        case .holdOff, .stalled: endPause(now, held, &decision)
        case .inflating, .reclaiming:
            if now >= progressAt + tuning.stallTime, !stepWaitsForStatistics {
                if state == .reclaiming {
                    endReclaim(now, held, "the guest gives no more", &decision)
                } else {
                    giveUp(now, held, "the guest gives no more", &decision)
                }
                return
            }
            decision.requestStatistics = hasStatistics
            wakeAt = now + tuning.inflatePace
        case .alarm:
            lookAgain(now, held, &decision)
        case .settled:
            if isSuspected { decision.requestStatistics = hasStatistics }
        default: break
        }
    }
}
