internal import Balloon

extension GuestArbiter {
    /// A set of statistics arrived.
    mutating func learn(
        _ set: BalloonStatistics, _ now: UInt64, _ held: UInt64, _ decision: inout Decision
    ) -> Health {
        let isFirst = previous.isEmpty
        let seconds = isFirst ? 0 : Double(now - previousAt) / 1e9
        let inflated = Double(held) - Double(heldAtHealth)
        let health = Health(set, after: previous, seconds: seconds, within: memory, inflated: inflated)
        let hasInflated = !isFirst && held > heldAtHealth
        previous = set
        previousAt = now
        heldAtHealth = held
        hasStatistics = true
        hasAnswered = true
        guard isRunning else { return health }
        if !isOnItsKnees(health, wasInflating: hasInflated, now, held, &decision) {
            judge(health, hasInflated: hasInflated, now, held, &decision)
        }
        return health
    }

    private mutating func judge(
        _ health: Health, hasInflated: Bool, _ now: UInt64, _ held: UInt64, _ decision: inout Decision
    ) {
        switch state {
        case .notAnswering:
            decision.happenings.append(.statisticsBack)
            // Whatever silenced it, it is treated as a guest that suffered.
            state = .alarm
            heldAtAlarm = held
            wellSince = nil
            judge(health, now, held, &decision)
        case .alarm:
            judge(health, now, held, &decision)
        case .inflating:
            if hasInflated, let complaint = health.suffering(tuning, wasInflating: true) {
                // No further. If that does not help, the next set raises the alarm.
                giveUp(now, held, complaint, &decision)
            } else if stepWaitsForStatistics {
                takeStep(health, now, held, &decision)
            } else if let available = health.available, available < health.reserve(tuning) / 2 {
                giveUp(now, held, "the guest has only \(mebibytes(available)) available", &decision)
            } else if strikes > 0, let complaint = health.complaint(tuning) {
                giveUp(now, held, complaint, &decision)
            }
        case .reclaiming:
            if stepWaitsForStatistics {
                beginReclaim(health, now, held, &decision)
            } else if let available = health.available, available < health.reserve(tuning) {
                endReclaim(now, held, "the guest comes under pressure", &decision)
            }
        case .holdOff: shorten(health, now, held, &decision)
        default: break
        }
    }

    /// The guest did not answer in time. One that answered before is taken to be too short of memory to answer.
    mutating func lostStatistics(_ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        previous = BalloonStatistics()
        isSuspected = false
        guard isRunning else { return }
        guard hasAnswered else {
            // Windows negotiates statistics and answers only with a service installed: do without.
            hasStatistics = false
            if stepWaitsForStatistics {
                if state == .reclaiming {
                    endReclaim(now, held, "the guest does not answer", &decision)
                } else {
                    pursue(now, held, &decision)
                }
            }
            return
        }
        switch state {
        case .notAnswering: break
        case .alarm: hearNothing(now, held, &decision)
        default:
            decision.happenings.append(.statisticsLost)
            state = .notAnswering
            stepWaitsForStatistics = false
            stepDown(now, held, "the guest does not answer: it is taken to be under pressure", &decision)
            // The request that is out stays out: its answer is all that there is to wait for.
            decision.requestStatistics = false
            wakeAt = nil
        }
    }

    /// A guest can be on its knees without one out-of-memory deflation: its working set is thrown out as fast as it is
    /// read. Then it is given its pages back as if it had taken some.
    ///
    /// - Returns: whether the alarm was raised.
    private mutating func isOnItsKnees(
        _ health: Health, wasInflating: Bool, _ now: UInt64, _ held: UInt64, _ decision: inout Decision
    ) -> Bool {
        switch state {
        case .settled, .holdOff, .stalled: break
        default: return false
        }
        let complaint = health.suffering(tuning, wasInflating: wasInflating, wasSuspected: isSuspected)
        guard held > 0, let complaint else {
            if isSuspected, state == .settled, !isDoubted {
                isDoubted = true
                wakeAt = now + tuning.secondLook
                return false
            }
            if isSuspected { wakeAt = nil }
            isSuspected = false
            return false
        }
        if state == .settled, !isSuspected {
            isSuspected = true
            isDoubted = false
            wakeAt = now + tuning.secondLook
            return false
        }
        raiseAlarm(onItsKnees: complaint, now, held, &decision)
        return true
    }

    // MARK: - Reclaim

    /// The guest can be asked how it is.
    public var hasUsableStatistics: Bool { hasStatistics }

    mutating func startReclaim(_ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        guard isRunning, hasStatistics, state == .settled else { return }
        reclaimBase = target
        state = .reclaiming
        reason = "asking the guest what is free"
        stepWaitsForStatistics = true
        progressHeld = held
        progressAt = now
        decision.requestStatistics = true
        wakeAt = now + tuning.inflatePace
    }

    private mutating func beginReclaim(_ health: Health, _ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        stepWaitsForStatistics = false
        let room = health.room(tuning, sparingCaches: true) ?? 0
        guard room >= tuning.stallProgress else {
            endReclaim(now, held, "the guest has nothing free", &decision)
            return
        }
        target = held + room
        reason = "taking \(mebibytes(room)) of free memory, to give it back at once"
        progressAt = now
        progressHeld = held
    }

    mutating func endReclaim(_ now: UInt64, _ held: UInt64, _ why: String, _ decision: inout Decision) {
        let gained = held > reclaimBase ? held - reclaimBase : 0
        decision.happenings.append(.reclaimed(pages: gained))
        stepWaitsForStatistics = false
        pursue(now, held, &decision)
        if case .deflating = state { reason = "\(why); returning to \(mebibytes(target))" }
    }
}
