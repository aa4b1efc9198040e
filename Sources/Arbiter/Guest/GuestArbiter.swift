public import Balloon

/// Decides one guest's target: from what was asked for, what the guest says, and what it does.
///
/// Pure policy: no clock, no I/O. The caller tells the time and what is held with each input, carries out the decision, and calls
/// again with `.wake` at ``wakeAt``.
public struct GuestArbiter: Sendable, Codable {
    /// `num_pages`.
    public internal(set) var target: Pages = 0
    /// The balloon that it is to come to; `nil`: nothing was asked for. It is the operator's word, or the budget's where the
    /// guest belongs to a ``HostArbiter`` that has one.
    public internal(set) var goal: Pages?
    /// Why the target is what it is, in a sentence for people.
    public internal(set) var reason = "no driver runs"
    /// When to call again with `.wake`; `nil`: only when something happens.
    public internal(set) var wakeAt: Instant?

    var phase = Phase.idle(nil)
    var driver = DriverRun()
    var troubles = Troubles()
    /// Who stands still, while nothing is made of it that the guest does not answer; `nil`: nobody. What the balloon was doing
    /// is gone on with afterwards.
    var standstill: Silence?
    var hindrance = Hindrance()

    public init() {}

    public var state: GuestState {
        guard standstill == nil else { return .notAnswering }
        guard hindrance.isThere, case .settled = phase else { return phase.state }
        if hindrance.isHinting { return .hinting }
        return goal ?? 0 > target ? .fixed : .settled
    }

    /// The guest can be asked how it is.
    public var hasUsableStatistics: Bool { driver.hasStatistics }

    /// Takes one input, for a guest that shares its host's memory with nobody.
    ///
    /// - Parameters:
    ///   - now: monotonic.
    ///   - held: what is in the guest's balloon, as counted.
    ///   - memory: what the guest has: what it claims beyond that is not believed.
    ///   - startGrace: how long it is left alone when its driver has just started; `nil`: 20 s.
    public mutating func handle(
        _ input: Input, at now: Instant, held: Pages, memory: Pages = .unlimited, startGrace: TimeSpan? = nil
    ) -> Decision {
        var terms = Terms(memory: memory)
        if let startGrace { terms.startGrace = startGrace }
        return handle(input, Moment(now, held: held, terms))
    }

    mutating func handle(_ input: Input, _ moment: Moment) -> Decision {
        if case .statistics(let set) = input { return hear(set, moment).decision }
        var decision = Decision()
        guard !moment.terms.isFrozen else {
            note(input, moment)
            return decision
        }
        let before = (target: target, committed: committed(moment.held))
        if standstill != nil, input.isSignOfLife { goOn(moment, &decision) }
        switch input {
        case .driverStarted(let isFresh, let hasStatistics):
            start(isFresh: isFresh, hasStatistics: hasStatistics, moment, &decision)
        case .driverStopped: stop(moment)
        case .requested(let pages): request(pages.orNone, isNow: true, moment, &decision)
        case .reckoned(let pages): request(pages.orNone, isNow: false, moment, &decision)
        case .reclaim: startReclaim(moment, &decision)
        case .progress: progressed(moment, &decision)
        case .unsolicited(let pages): raiseAlarm(pages.orNone, moment, &decision)
        case .retaken(let pages): noteRetaken(pages.orNone, moment, &decision)
        case .statistics: break
        case .statisticsTimedOut where isBlind: driver.forgetSample()
        case .statisticsTimedOut(let silence): loseStatistics(silence, moment, &decision)
        case .fixed(let why): setFixed(why, moment, &decision)
        case .hinting(let isHinting): setHinting(isHinting, moment, &decision)
        case .wake:
            wakeAt = nil
            wake(moment, &decision)
        }
        conclude(from: before, moment, &decision)
        return decision
    }

    /// Takes one set of statistics, as ``handle(_:at:held:)`` does, with fewer copies of it.
    ///
    /// - Returns: what it says of the guest, too; `nil` while nothing may be decided.
    mutating func hear(_ set: BalloonStatistics, _ moment: Moment) -> (decision: Decision, health: Health?) {
        var decision = Decision()
        guard !moment.terms.isFrozen, !isBlind else {
            moment.terms.isFrozen ? note(.statistics(set), moment) : driver.note(set, moment)
            return (decision, nil)
        }
        let before = (target: target, committed: committed(moment.held))
        let health = learn(set, moment, &decision)
        conclude(from: before, moment, &decision)
        return (decision, health)
    }

    private mutating func conclude(
        from before: (target: Pages, committed: Pages), _ moment: Moment, _ decision: inout Decision
    ) {
        // A starving guest is never asked for more, whatever becomes of its held pages.
        if phase.alarm != nil { target = min(target, moment.held) }
        // Nothing is given that the host does not have.
        target = max(target, before.committed - moment.terms.grantable)
        decision.correctAlarm(target: target)
        tell(insteadOf: before.target, moment.held, &decision)
    }

    /// Has the driver told of the target, if it is another one than before.
    func tell(insteadOf before: Pages, _ held: Pages, _ decision: inout Decision) {
        guard target != before else { return }
        // A guest that took its last pages back has no use for an interrupt, and it may be a driver that is leaving:
        // QEMU does not survive a configuration change behind a device's stop.
        var isEmptied = false
        if case .alarm = phase { isEmptied = held == 0 }
        decision.interrupt = driver.isRunning && !isEmptied
        decision.happenings.append(.targetSet(pages: target, reason: reason))
    }

    /// Pages of the balloon that the guest is bound to leave to others: it may take the rest.
    @inline(__always)
    func committed(_ held: Pages) -> Pages {
        // A reclaim returns to where it began.
        if case .reclaiming(let reclaim) = phase { return min(reclaim.base, held) }
        return min(target, held)
    }

    /// The balloon is down to the target, as closely as the guest's pages allow.
    func hasFollowed(_ held: Pages) -> Bool { held <= target + InflationFigures.slop }

    // MARK: - Time

    private mutating func wake(_ moment: Moment, _ decision: inout Decision) {
        guard driver.isRunning, standstill == nil else { return }
        switch phase {
        case .holdOff, .stalled: endPause(moment, &decision)
        case .starting: pursue(moment, &decision)
        case .inflating(let climb): goOn(climb, moment, &decision)
        case .reclaiming(let reclaim):
            if let quiet = reclaim.climb.stalled(at: moment.now) {
                return endReclaim(reclaim, moment, nothingCame(for: quiet), &decision)
            }
            askAgain(moment, &decision)
        case .alarm(let alarm): lookAgain(alarm, moment, &decision)
        case .settled(let suspicion):
            if suspicion != nil { decision.requestStatistics = driver.hasStatistics }
        case .idle, .deflating, .silent: break
        }
    }

    func nothingCame(for time: TimeSpan) -> String {
        let amount = driver.hasStatistics ? "nothing" : "less than \(mebibytes(InflationFigures.leastPieceUnseen))"
        return "\(amount) came for \(time.nanoseconds / TimeSpan.seconds(1).nanoseconds) s"
    }

    mutating func askAgain(_ moment: Moment, _ decision: inout Decision) {
        decision.requestStatistics = driver.hasStatistics
        wakeAt = moment.now + InflationFigures.pace
    }
}

extension Input {
    /// Whoever does this does not stand still. What statistics say is taken in apart.
    fileprivate var isSignOfLife: Bool {
        switch self {
        case .progress, .unsolicited, .retaken: true
        case .driverStarted, .driverStopped, .requested, .reckoned, .reclaim, .statistics, .statisticsTimedOut, .fixed,
            .hinting, .wake:
            false
        }
    }
}
