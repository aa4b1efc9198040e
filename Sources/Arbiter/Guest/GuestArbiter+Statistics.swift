internal import Balloon

/// What a guest says, and that it says nothing.
extension GuestArbiter {
    /// Takes in a set of statistics.
    mutating func learn(_ set: BalloonStatistics, _ moment: Moment, _ decision: inout Decision) -> Health {
        let hasInflated = driver.inflated(moment) > 0
        let (health, killed) = driver.learn(set, isCalm: phase.isCalm, moment)
        guard driver.isRunning else { return health }
        if standstill != nil {
            decision.happenings.append(.statisticsBack)
            goOn(moment, &decision)
        }
        if killed > 0, moment.held > 0 {
            help(afterKilling: killed, moment, &decision)
        } else if !isOnItsKnees(health, wasInflating: hasInflated, moment, &decision) {
            judge(health, hasInflated: hasInflated, moment, &decision)
        }
        return health
    }

    private mutating func judge(_ health: Health, hasInflated: Bool, _ moment: Moment, _ decision: inout Decision) {
        switch phase {
        case .silent(let silence): answerAgain(health, silence, moment, &decision)
        case .alarm(let alarm): judge(health, in: alarm, moment, &decision)
        case .inflating(let climb):
            if hasInflated, let complaint = health.suffering(wasInflating: true) {
                // No further. If that does not help, the next set raises the alarm.
                giveUp(moment, complaint, &decision)
            } else if climb.waitsForStatistics {
                takeStep(health, in: climb, moment, &decision)
            } else if health.isExhausted {
                giveUp(moment, "the guest has only \(health.have)", &decision)
            } else if troubles.count > 0, let complaint = health.complaint(usually: driver.habit) {
                giveUp(moment, complaint, &decision)
            }
        case .reclaiming(let reclaim): judge(health, reclaim, moment, &decision)
        case .holdOff(let holdOff): shorten(holdOff, health, moment, &decision)
        case .idle, .settled, .starting, .deflating, .stalled: break
        }
    }

    /// A guest that has never answered is asked no more.
    mutating func doWithoutStatistics(_ moment: Moment, _ decision: inout Decision) {
        driver.doWithoutStatistics()
        switch phase {
        case .reclaiming(let reclaim) where reclaim.climb.waitsForStatistics:
            endReclaim(reclaim, moment, "the guest does not answer", &decision)
        case .inflating(let climb) where climb.waitsForStatistics: pursue(moment, &decision)
        case .idle, .settled, .starting, .inflating, .deflating, .reclaiming, .alarm, .silent, .holdOff, .stalled: break
        }
    }

    /// Raises the alarm for a guest that is on its knees without one out-of-memory deflation: its working set is thrown out as
    /// fast as it is read. Then it is given its pages back as if it had taken some.
    ///
    /// - Returns: whether the alarm was raised.
    private mutating func isOnItsKnees(
        _ health: Health, wasInflating: Bool, _ moment: Moment, _ decision: inout Decision
    ) -> Bool {
        switch phase {
        case .settled(let suspicion):
            let complaint = health.suffering(wasInflating: wasInflating, wasSuspected: suspicion != nil)
            guard moment.held > 0, let complaint else {
                if let suspicion { doubt(suspicion, moment) }
                return false
            }
            guard suspicion != nil else {
                suspect(Suspicion(), moment)
                return false
            }
            raiseAlarm(onItsKnees: complaint, moment, &decision)
            return true
        case .holdOff, .stalled:
            guard moment.held > 0, let complaint = health.suffering(wasInflating: wasInflating) else { return false }
            raiseAlarm(onItsKnees: complaint, moment, &decision)
            return true
        case .idle, .starting, .inflating, .deflating, .reclaiming, .alarm, .silent: return false
        }
    }

    private mutating func suspect(_ suspicion: Suspicion, _ moment: Moment) {
        phase = .settled(suspicion)
        wakeAt = moment.now + HealthFigures.secondLook
    }

    private mutating func doubt(_ suspicion: Suspicion, _ moment: Moment) {
        guard suspicion.isDoubted else { return suspect(Suspicion(isDoubted: true), moment) }
        phase = .settled(nil)
        wakeAt = nil
    }
}
