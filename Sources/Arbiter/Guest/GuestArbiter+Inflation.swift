internal import Balloon

/// On the way to what was asked for, in steps that the guest can bear.
extension GuestArbiter {
    /// - Parameter isNow: an operator says it now; else it stood before, and was only reckoned anew.
    mutating func request(_ pages: Pages, isNow: Bool, _ moment: Moment, _ decision: inout Decision) {
        goal = pages
        guard driver.isRunning else { return }
        guard standstill == nil else { return lowerTarget(to: pages, "does not answer") }
        switch phase {
        // It is asked for that when its services have had their time.
        case .starting where !isNow && pages > 0: break
        // It goes on being given what it needs. Less than that is granted at once, more has to wait.
        case .alarm: lowerTarget(to: pages, "is in an alarm")
        case .silent: lowerTarget(to: pages, "does not answer")
        case .holdOff where pages > moment.held:
            // However often it is asked: a guest that has just suffered is left alone.
            target = min(target, moment.held)
            reason = "asked for \(mebibytes(pages)); the guest has just suffered and is left alone for a while"
        case .holdOff, .idle, .settled, .starting, .inflating, .deflating, .reclaiming, .stalled:
            // Less balloon is always granted, whatever went before.
            if pages <= moment.held { troubles.forgive() }
            pursue(moment, &decision)
        }
    }

    private mutating func lowerTarget(to pages: Pages, _ trouble: String) {
        target = min(target, pages)
        reason = "asked for \(mebibytes(pages)), but the guest \(trouble)"
    }

    /// Sets out for the goal.
    mutating func pursue(_ moment: Moment, _ decision: inout Decision) {
        wakeAt = nil
        let goal = goal ?? 0
        guard goal > moment.held else {
            target = goal
            guard moment.held > goal + InflationFigures.slop else { return settle(moment.held, &decision) }
            phase = .deflating
            reason = "deflating to \(mebibytes(goal))"
            return
        }
        guard !hindrance.isThere else { return rest(moment) }
        let climb = Climb(moment, waitsForStatistics: driver.hasStatistics)
        wakeAt = moment.now + InflationFigures.pace
        guard driver.hasStatistics else { return takeBlindStep(in: climb, moment) }
        phase = .inflating(climb)
        reason = "asking the guest what it can spare"
        decision.requestStatistics = true
        // Nothing above what is held until the guest has answered.
        target = min(target, moment.held)
    }

    private mutating func settle(_ held: Pages, _ decision: inout Decision) {
        switch phase {
        case .inflating, .deflating: decision.happenings.append(.targetReached(pages: held))
        case .idle, .settled, .starting, .reclaiming, .alarm, .silent, .holdOff, .stalled: break
        }
        phase = .settled(nil)
        wakeAt = nil
        reason = goal == nil ? "nothing was asked for" : "the target is reached"
    }

    /// Takes in that the balloon has moved as it should.
    mutating func progressed(_ moment: Moment, _ decision: inout Decision) {
        guard driver.isRunning else { return }
        switch phase {
        case .inflating(var climb):
            driver.noteStrain(at: moment.now)
            climb.note(moment, piece: leastPiece)
            if !climb.waitsForStatistics, moment.held >= target {
                if target >= goal ?? 0 { return settle(moment.held, &decision) }
                if climb.isBlind {
                    wakeAt = moment.now + InflationFigures.pace
                } else {
                    climb.pause()
                    decision.requestStatistics = true
                }
            }
            phase = .inflating(climb)
        case .deflating:
            if hasFollowed(moment.held) { settle(moment.held, &decision) }
        case .reclaiming(var reclaim):
            reclaim.climb.note(moment, piece: leastPiece)
            if !reclaim.climb.waitsForStatistics, moment.held >= target {
                return endReclaim(reclaim, moment, "all free memory was given", &decision)
            }
            phase = .reclaiming(reclaim)
        case .alarm:
            if hasFollowed(moment.held) { decision.requestStatistics = driver.hasStatistics }
        case .idle, .settled, .starting, .silent, .holdOff, .stalled: break
        }
    }

    /// Less than this is no progress.
    private var leastPiece: Pages {
        driver.hasStatistics ? InflationFigures.leastPiece : InflationFigures.leastPieceUnseen
    }

    /// Stops chasing a target that cannot be reached now.
    mutating func giveUp(_ moment: Moment, _ why: String, _ decision: inout Decision) {
        let wanted = goal ?? target
        target = min(target, moment.held)
        // Of a guest that has given nothing, nothing was taken that it might have suffered from.
        let pause = moment.held > 0 ? troubles.add(moment) : PauseFigures.first
        phase = .stalled(until: moment.now + pause)
        wakeAt = moment.now + pause
        reason = "\(mebibytes(moment.held, of: wanted)): \(why)"
        decision.happenings.append(.stalled(held: moment.held, wanted: wanted, retryIn: pause, reason: why))
    }

    /// Tries again after a pause.
    mutating func endPause(_ moment: Moment, _ decision: inout Decision) {
        pursue(moment, &decision)
        if case .inflating = phase, let goal { decision.happenings.append(.rearmed(target: goal)) }
    }
}
