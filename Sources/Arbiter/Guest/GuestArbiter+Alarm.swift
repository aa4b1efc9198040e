internal import Balloon

/// A guest that is out of memory is given memory until it is well.
extension GuestArbiter {
    /// Takes pages that the guest took back unasked for what they are: it is about to run out of memory.
    ///
    /// Each out-of-memory deflation costs the guest a full failed reclaim and brings it 1 MiB, so the target is lowered
    /// in a large step at once: the driver's worker then gives back in bulk.
    mutating func raiseAlarm(_ pages: Pages, _ moment: Moment, _ decision: inout Decision) {
        guard driver.isRunning else { return }
        let why = "the guest took \(mebibytes(pages)) back unasked"
        guard case .alarm(var alarm) = phase else {
            let alarm = Alarm(.deflation, heldBefore: moment.held + pages, at: moment.now)
            stepDown(in: alarm, isTrial: driver.wasAsUsual, moment, why, &decision)
            decision.happenings.append(.alarm(unsolicited: pages, held: moment.held, target: target))
            return
        }
        alarm.noteDeflation()
        stepDown(in: alarm, isTrial: driver.wasAsUsual, moment, why, &decision)
    }

    /// Helps a guest that takes nothing back, but suffers.
    mutating func raiseAlarm(onItsKnees complaint: String, _ moment: Moment, _ decision: inout Decision) {
        stepDown(in: Alarm(.statistics, heldBefore: moment.held, at: moment.now), moment, complaint, &decision)
        decision.happenings.append(.pressure(held: moment.held, target: target, reason: complaint))
    }

    /// Gives memory to a guest whose kernel has killed: there is no surer sign, whatever its balloon was doing.
    mutating func help(afterKilling count: UInt64, _ moment: Moment, _ decision: inout Decision) {
        let why = "its kernel killed \(count) process\(count == 1 ? "" : "es") for want of memory"
        switch phase {
        case .alarm(var alarm), .silent(var alarm):
            alarm.noteComplaint()
            stepDown(in: alarm, moment, why, &decision)
        case .idle, .settled, .starting, .inflating, .deflating, .reclaiming, .holdOff, .stalled:
            raiseAlarm(onItsKnees: why, moment, &decision)
        }
    }

    /// Gives back one more step.
    ///
    /// - Parameter isTrial: nothing but the deflation shows that the guest lacks memory.
    private mutating func stepDown(
        in alarm: Alarm, isTrial: Bool = false, _ moment: Moment, _ why: String, _ decision: inout Decision
    ) {
        let from = min(target, moment.held, goal ?? 0)
        var step = max(AlarmFigures.leastStep, from / AlarmFigures.stepDivisor).scaled(by: moment.terms.ease)
        if isTrial { step = min(step, alarm.trialStep) }
        target = (from - step).orNone
        var alarm = alarm
        alarm.noteStep(to: target, at: moment.now)
        phase = .alarm(alarm)
        reason = why
        decision.requestStatistics = driver.hasStatistics
        wakeAt = moment.now + AlarmFigures.pace
    }

    /// Goes on with an alarm by what the guest says.
    mutating func judge(_ health: Health, in alarm: Alarm, _ moment: Moment, _ decision: inout Decision) {
        wakeAt = moment.now + AlarmFigures.pace
        var alarm = alarm
        if let complaint = health.complaint(usually: driver.habit) {
            alarm.noteComplaint()
            phase = .alarm(alarm)
            if target == 0, moment.held == 0 {
                endAlarm(alarm, moment, isExhausted: true, &decision)
            } else if hasFollowed(moment.held), moment.now >= alarm.lastStep + AlarmFigures.leastBetweenSteps {
                stepDown(in: alarm, moment, complaint, &decision)
            }
            return
        }
        let calm = alarm.noteWell(at: moment.now)
        phase = .alarm(alarm)
        if hasFollowed(moment.held), calm >= AlarmFigures.calmBeforeEnd {
            endAlarm(alarm, moment, isExhausted: false, &decision)
        }
    }

    /// Looks how the guest is, when no statistics came meanwhile that ended the alarm.
    mutating func lookAgain(_ alarm: Alarm, _ moment: Moment, _ decision: inout Decision) {
        wakeAt = moment.now + AlarmFigures.pace
        if driver.hasStatistics {
            decision.requestStatistics = true
            return
        }
        // Nobody tells whether the guest is well. Quiet for a while after the last step is all that can be seen.
        if hasFollowed(moment.held), moment.now >= alarm.lastStep + AlarmFigures.quietBeforeEnd {
            endAlarm(alarm, moment, isExhausted: moment.held == 0, &decision)
        }
    }

    /// Goes on with an alarm in which statistics do not come: the guest may be too short of memory to answer.
    mutating func hearNothing(_ moment: Moment, _ decision: inout Decision) {
        guard case .alarm(let alarm) = phase else { return }
        wakeAt = moment.now + AlarmFigures.pace
        if target == 0, moment.held == 0 {
            endAlarm(alarm, moment, isExhausted: true, &decision)
        } else if target > 0, hasFollowed(moment.held) {
            stepDown(in: alarm, moment, "the guest does not answer", &decision)
        }
    }

    /// Takes a guest that stopped answering for one that is too short of memory to answer.
    mutating func fallSilent(_ moment: Moment, _ decision: inout Decision) {
        let why = Silence.guest.sentence
        decision.happenings.append(.statisticsLost(reason: why))
        let alarm = Alarm(.silence, heldBefore: moment.held, at: moment.now)
        stepDown(in: alarm, moment, "the guest does not answer: \(why)", &decision)
        if case .alarm(let alarm) = phase { phase = .silent(alarm) }
        // The request that is out stays out: its answer is all that there is to wait for.
        decision.requestStatistics = false
        wakeAt = nil
    }

    /// Treats a guest that answers again as one that suffered, whatever silenced it.
    mutating func answerAgain(_ health: Health, _ silence: Alarm, _ moment: Moment, _ decision: inout Decision) {
        decision.happenings.append(.statisticsBack)
        var alarm = silence
        alarm.goOn()
        judge(health, in: alarm, moment, &decision)
    }

    /// Ends a hold-off early, where others wait for what it keeps: when what the alarm gave lies free again, the program that
    /// needed it has ended. A working set that does not fit may lack a part of that only, and what lies free beside it says
    /// nothing: where an operator's cap would have all of it back at once, that is believed once, and if it hurts again
    /// the pause is kept.
    mutating func shorten(_ holdOff: HoldOff, _ health: Health, _ moment: Moment, _ decision: inout Decision) {
        var holdOff = holdOff
        let enough = max(holdOff.given, AlarmFigures.freeBeforeEarlyEnd * health.comfort)
        let isKept = holdOff.cause == .statistics && troubles.count > 1 && goal ?? 0 > moment.held
        let isFree = moment.terms.isShared && !isKept && health.free.map { $0 >= enough } ?? false
        let time = holdOff.note(isFree: isFree, at: moment.now)
        phase = .holdOff(holdOff)
        if let time, time >= AlarmFigures.calmBeforeEnd { endPause(moment, &decision) }
    }

    private mutating func endAlarm(
        _ alarm: Alarm, _ moment: Moment, isExhausted: Bool, _ decision: inout Decision
    ) {
        let pause = troubles.add(moment)
        driver.noteStrain(at: moment.now)
        let given = (alarm.heldBefore - moment.held).orNone
        phase = .holdOff(HoldOff(until: moment.now + pause, given: given, cause: alarm.cause))
        wakeAt = moment.now + pause
        target = min(target, moment.held)
        reason =
            isExhausted
            ? "the guest was given all \(mebibytes(given)) and may need more"
            : "the guest is well after it was given \(mebibytes(given))"
        decision.happenings.append(.alarmOver(held: moment.held, given: given, isExhausted: isExhausted))
        decision.happenings.append(.holdOff(time: pause))
    }
}
