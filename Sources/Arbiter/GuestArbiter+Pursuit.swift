/// On the way to what was asked for, in steps that the guest can bear.
extension GuestArbiter {
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

    mutating func progressed(_ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
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
}
