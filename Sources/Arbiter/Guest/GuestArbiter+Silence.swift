internal import Balloon

/// A guest does not answer, and it is not its own fault, or there is nothing to give to it.
extension GuestArbiter {
    /// Takes in that the guest did not answer in time. Only one that stands still by itself, and that has given something, is
    /// taken to be too short of memory to answer.
    mutating func loseStatistics(_ silence: Silence, _ moment: Moment, _ decision: inout Decision) {
        driver.forgetSample()
        if case .settled = phase { phase = .settled(nil) }
        guard driver.isRunning else { return }
        guard driver.hasAnswered || silence != .guest else { return doWithoutStatistics(moment, &decision) }
        switch phase {
        // What it is given it keeps, whoever stands still now.
        case .silent: return
        case .alarm where silence == .guest:
            standstill = nil
            hearNothing(moment, &decision)
        case .idle, .settled, .starting, .inflating, .deflating, .reclaiming, .alarm, .holdOff, .stalled:
            guard silence == .guest, moment.held > 0 else { return standStill(silence, moment, &decision) }
            standstill = nil
            fallSilent(moment, &decision)
        }
    }

    /// Leaves everything as it is until somebody answers.
    private mutating func standStill(_ silence: Silence, _ moment: Moment, _ decision: inout Decision) {
        var why = "\(silence.sentence): its balloon stays as it is"
        if silence == .guest {
            // It is not asked for its first pages, either.
            target = min(target, moment.held)
            why = "its balloon is empty, and nothing is asked of it"
        } else {
            // Looked at again, after as long as this time.
            decision.requestStatistics = true
        }
        if standstill != silence { decision.happenings.append(.statisticsLost(reason: why)) }
        standstill = silence
        wakeAt = nil
        reason = "the guest does not answer: \(why)"
    }

    /// Goes on where the balloon was, after a pause of its driver, or when somebody answers again who stood still.
    mutating func goOn(_ moment: Moment, _ decision: inout Decision) {
        standstill = nil
        switch phase {
        case .holdOff, .stalled, .starting:
            guard let goal, goal > moment.held, let until = phase.pauseEnd else { return pursue(moment, &decision) }
            wakeAt = max(until, moment.now)
            reason = "\(mebibytes(goal)) is tried again after the pause"
        case .alarm(var alarm):
            alarm.goOn(at: moment.now)
            phase = .alarm(alarm)
            decision.requestStatistics = driver.hasStatistics
            wakeAt = moment.now + AlarmFigures.pace
        case .inflating(let climb) where !climb.waitsForStatistics && target > moment.held && target <= goal ?? 0:
            phase = .inflating(climb.next(moment))
            wakeAt = moment.now + InflationFigures.pace
            reason = "inflating to \(mebibytes(target))"
        case .reclaiming(let reclaim):
            let climb = reclaim.climb.waitsForStatistics ? reclaim.climb : reclaim.climb.next(moment)
            phase = .reclaiming(Reclaim(base: reclaim.base, climb: climb))
            decision.requestStatistics = driver.hasStatistics
            wakeAt = moment.now + InflationFigures.pace
        case .idle, .settled, .inflating, .deflating, .silent: pursue(moment, &decision)
        }
    }
}
