internal import Balloon

/// Decides one guest's target: from what was asked for, what the guest says, and what it does.
///
/// Pure policy: no clock, no I/O. The caller tells the time (ns, monotonic) and what is held (pages) with each input,
/// carries out the decision, and calls again with `.wake` at ``wakeAt``.
public struct GuestArbiter: Sendable, Codable {
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
    /// The last set of statistics; empty where there is none to compare the next one with.
    var previous = BalloonStatistics()
    var previousAt: UInt64 = 0
    /// Troubles in a row; each makes the next pause longer.
    var strikes = 0
    var lastTrouble: UInt64?

    // An alarm.
    var heldAtAlarm: UInt64 = 0
    /// It took nothing back: its statistics showed it on its knees.
    var lacksCache = false
    /// What the last alarm gave, in pages.
    var given: UInt64 = 0
    var lastStep: UInt64 = 0
    var wellSince: UInt64?
    // An inflation or a reclaim.
    var stepWaitsForStatistics = false
    var progressHeld: UInt64 = 0
    var progressAt: UInt64 = 0
    var reclaimBase: UInt64 = 0

    /// What was held when the last statistics came, in pages.
    var heldAtHealth: UInt64 = 0
    /// It looked as if the guest were on its knees; it is asked again before anything is made of it.
    var isSuspected = false
    /// The second look did not bear that out, and there is a third: a guest on its knees does what it does in bursts.
    var isDoubted = false

    // A guest of a host with a budget (see ``HostArbiter``).
    /// Pages that the guest has: what it says beyond them is not believed.
    var memory = UInt64.max
    /// Pages by which a decision may raise what the guest is promised.
    var grantable = UInt64.max
    /// The target that the last step of an alarm was to reach.
    var wished: UInt64?
    /// By how much each pause is longer than the one before. Under a budget others wait for what a guest keeps to itself.
    var backOffGrowth = usualBackOffGrowth
    static let usualBackOffGrowth: UInt64 = 10
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
        if case .statistics(let set) = input { return hear(set, at: now, held: held).decision }
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
    ///
    /// - Returns: what it says of the guest, too; `nil` while nothing may be decided.
    mutating func hear(
        _ set: BalloonStatistics, at now: UInt64, held: UInt64
    ) -> (decision: Decision, health: Health?) {
        var decision = Decision()
        let before = target
        let promised = promised(held)
        if isFrozen {
            note(.statistics(set), now, held)
            return (decision, nil)
        }
        let health = learn(set, now, held, &decision)
        conclude(before, promised, held, &decision)
        return (decision, health)
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

    // MARK: - Life of a driver

    private mutating func start(
        isFresh: Bool, hasStatistics: Bool, _ now: UInt64, _ held: UInt64, _ decision: inout Decision
    ) {
        isRunning = true
        self.hasStatistics = hasStatistics
        previous = BalloonStatistics()
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

    // MARK: - Time

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
