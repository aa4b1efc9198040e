internal import Balloon

/// A driver comes, goes, and goes on.
extension GuestArbiter {
    mutating func start(isFresh: Bool, hasStatistics: Bool, _ moment: Moment, _ decision: inout Decision) {
        begin(isFresh: isFresh, hasStatistics: hasStatistics)
        guard !isFresh else {
            target = 0
            phase = .settled(nil)
            return pursue(moment, &decision)
        }
        // Less may have been asked for meanwhile.
        target = min(target, goal ?? 0)
        goOn(moment, &decision)
    }

    private mutating func begin(isFresh: Bool, hasStatistics: Bool) {
        guard isFresh else { return driver.resume(hasStatistics: hasStatistics) }
        driver = DriverRun(hasStatistics: hasStatistics)
        troubles = Troubles()
    }

    /// What it suffered from is kept: the driver may go on.
    mutating func stop() {
        driver.pause()
        standstill = nil
        wakeAt = nil
        switch phase {
        case .alarm, .holdOff, .stalled: break
        case .idle, .settled, .inflating, .deflating, .reclaiming, .silent: phase = .idle
        }
        reason = "no driver runs"
    }

    // MARK: - Nothing may be decided

    /// Notes the little that counts while nothing may be decided.
    mutating func note(_ input: Input, _ moment: Moment) {
        switch input {
        case .driverStarted(let isFresh, let hasStatistics): begin(isFresh: isFresh, hasStatistics: hasStatistics)
        case .driverStopped: driver.pause()
        case .requested(let pages): goal = pages.orNone
        case .statistics(let set): driver.note(set, moment)
        case .reclaim, .progress, .unsolicited, .statisticsTimedOut, .wake: break
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
            phase = .idle
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
