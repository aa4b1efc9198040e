internal import Balloon

/// A driver comes, goes, and goes on.
extension GuestArbiter {
    mutating func start(isFresh: Bool, hasStatistics: Bool, _ moment: Moment, _ decision: inout Decision) {
        let stranded = isFresh ? driver.stranded : 0
        begin(isFresh: isFresh, hasStatistics: hasStatistics)
        guard !isFresh else { return startFresh(after: stranded, moment, &decision) }
        // Less may have been asked for meanwhile.
        target = min(target, goal ?? 0)
        if case .idle(let spared?) = phase { phase = spared.phase }
        goOn(moment, &decision)
    }

    private mutating func begin(isFresh: Bool, hasStatistics: Bool) {
        guard isFresh else { return driver.resume(hasStatistics: hasStatistics) }
        driver = DriverRun(hasStatistics: hasStatistics)
    }

    /// Leaves a guest that has just started the time that its services need; longer, where it was reset in trouble.
    ///
    /// - Parameter stranded: what the driver before it had given and did not live to take back.
    private mutating func startFresh(after stranded: Pages, _ moment: Moment, _ decision: inout Decision) {
        var until = moment.now + moment.terms.startGrace
        var why = "the guest has just started"
        if stranded > 0 {
            until = max(until, moment.now + troubles.add(moment))
            why = "the guest was reset soon after it gave \(mebibytes(stranded))"
        } else if troubles.count > 0, case .idle(let spared?) = phase, let pause = spared.phase.pauseEnd {
            until = max(until, pause)
        }
        target = 0
        phase = .settled(nil)
        guard let goal, goal > 0, until > moment.now else { return pursue(moment, &decision) }
        phase = .starting(Start(until: until))
        wakeAt = until
        reason = "\(why): \(mebibytes(goal)) are asked for in \((until - moment.now).nanoseconds / 1_000_000_000) s"
    }

    /// Ends a run. What the guest suffered from is remembered, for the driver may go on; but no state stays without its driver.
    mutating func stop(_ moment: Moment) {
        driver.pause(moment, isSuffering: phase.alarm != nil)
        standstill = nil
        hindrance.note(hinting: false)
        wakeAt = nil
        switch phase {
        case .alarm(let alarm): phase = .idle(.alarm(alarm))
        case .holdOff(let holdOff): phase = .idle(.holdOff(holdOff))
        case .stalled(let until): phase = .idle(.stalled(until: until))
        case .starting(let start): phase = .idle(.starting(start))
        case .idle: break
        case .settled, .inflating, .deflating, .reclaiming, .silent: phase = .idle(nil)
        }
        reason = "no driver runs"
    }

    /// Ends with the virtual machine: of the next one nothing is known but what is asked of it.
    public mutating func machineWent() {
        let goal = goal
        self = GuestArbiter()
        self.goal = goal
    }

    // MARK: - Pages that are no alarm

    /// Takes in that a driver without DEFLATE_ON_OOM took pages back: it cannot be short of memory in this way.
    mutating func noteRetaken(_ pages: Pages, _ moment: Moment, _ decision: inout Decision) {
        guard driver.isRunning else { return }
        progressed(moment, &decision)
        guard case .settled = phase else { return }
        reason =
            "the guest took \(mebibytes(pages)) back unasked: "
            + "without DEFLATE_ON_OOM its driver is leaving, or gives back in large pieces"
    }

    // MARK: - Nothing may be decided

    /// Notes the little that counts while nothing may be decided.
    mutating func note(_ input: Input, _ moment: Moment) {
        switch input {
        case .driverStarted(let isFresh, let hasStatistics): begin(isFresh: isFresh, hasStatistics: hasStatistics)
        case .driverStopped:
            driver.pause(moment, isSuffering: phase.alarm != nil)
            hindrance.note(hinting: false)
        case .requested(let pages), .reckoned(let pages): goal = pages.orNone
        case .statistics(let set): driver.note(set, moment)
        case .fixed(let why): hindrance.note(fixed: why)
        case .hinting(let isHinting): hindrance.note(hinting: isHinting)
        case .reclaim, .progress, .unsolicited, .retaken, .statisticsTimedOut, .wake: break
        }
        wakeAt = nil
    }

    /// Says that the target stays as it is from now on.
    mutating func freeze() {
        wakeAt = nil
        standstill = nil
        reason = "paused: the target stays as it is"
    }

    /// Decides again, from where the guest is now.
    mutating func thaw(_ moment: Moment) -> Decision {
        var decision = Decision()
        guard driver.isRunning else {
            phase = .idle(nil)
            reason = "no driver runs"
            return decision
        }
        let before = (target: target, committed: committed(moment.held))
        pursue(moment, &decision)
        target = max(target, before.committed - moment.terms.grantable)
        tell(insteadOf: before.target, moment.held, &decision)
        return decision
    }
}
