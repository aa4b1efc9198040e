internal import Balloon

/// What ``HostArbiter`` does with a guest's balloon.
extension GuestArbiter {
    /// Pages that the guest is bound to leave to others: it may take the rest.
    @inline(__always)
    func promised(_ held: UInt64) -> UInt64 {
        // A reclaim returns to where it began.
        min(state == .reclaiming ? reclaimBase : target, held)
    }

    /// Pages that an alarm wanted to give, and that the host did not have.
    var unmet: UInt64 {
        guard let wished, state == .alarm || state == .notAnswering else { return 0 }
        return target > wished ? target - wished : 0
    }

    /// Lowers the target by so many pages that the host has found.
    mutating func give(_ pages: UInt64, _ why: String, _ held: UInt64, _ decision: inout Decision) {
        let before = target
        let from = promised(held)
        guard pages > 0, from > 0 else { return }
        target = from > pages ? from - pages : 0
        reason = why
        switch state {
        case .settled, .inflating, .deflating, .reclaiming:
            requested = target
            stepWaitsForStatistics = false
            wakeAt = nil
            isSuspected = false
            state = hasFollowed(held) ? .settled : .deflating
        default: break
        }
        finish(before, held, &decision)
    }

    /// Raises the target to a balloon of so many pages, which the guest has just said that it can bear.
    mutating func lend(
        to pages: UInt64, _ why: String, _ now: UInt64, _ held: UInt64, _ decision: inout Decision
    ) {
        let before = target
        guard pages > promised(held), state == .settled || state == .inflating else { return }
        requested = pages
        target = pages
        state = .inflating
        stepWaitsForStatistics = false
        isSuspected = false
        progressHeld = held
        progressAt = now
        wakeAt = now + tuning.inflatePace
        reason = why
        // A guest that took pages back after it had reached the target does not refill its balloon unasked.
        if target == before { decision.interrupt = isRunning }
        finish(before, held, &decision)
    }

    /// The only thing that is noted while nothing may be decided.
    mutating func note(_ input: Input, _ now: UInt64, _ held: UInt64) {
        switch input {
        case .driverStarted(_, let hasStatistics):
            isRunning = true
            self.hasStatistics = hasStatistics
            previous = BalloonStatistics()
        case .driverStopped:
            isRunning = false
        case .requested(let pages):
            requested = pages
        case .statistics(let set):
            hasStatistics = true
            hasAnswered = true
            previous = set
            previousAt = now
        default: break
        }
        wakeAt = nil
    }

    /// Leaves the target as it is until ``thaw(_:_:)``.
    mutating func freeze() {
        isFrozen = true
        wakeAt = nil
        reason = "paused: the target stays as it is"
    }

    /// Decides again, from where the guest is now.
    mutating func thaw(_ now: UInt64, _ held: UInt64) -> Decision {
        isFrozen = false
        var decision = Decision()
        let before = target
        guard isRunning else {
            state = .idle
            reason = "no driver runs"
            return decision
        }
        let promised = promised(held)
        pursue(now, held, &decision)
        target = max(target, promised > grantable ? promised - grantable : 0)
        finish(before, held, &decision)
        return decision
    }
}
