internal import Balloon

extension GuestArbiter {
    /// The guest takes pages back unasked: it is about to run out of memory.
    ///
    /// Each out-of-memory deflation costs the guest a full failed reclaim and brings it 1 MiB, so the target is lowered
    /// in a large step at once: the driver's worker then gives back in bulk.
    mutating func raiseAlarm(_ pages: UInt64, _ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        guard isRunning else { return }
        let isNew = state != .alarm
        if isNew { enterAlarm(held.addingReportingOverflow(pages).partialValue) }
        lacksCache = false
        wellSince = nil
        stepDown(now, held, "the guest took \(mebibytes(pages)) back unasked", &decision)
        if isNew {
            decision.happenings.append(.alarm(unsolicited: pages, held: held, target: target))
        }
    }

    /// The guest takes nothing back, but suffers.
    mutating func raiseAlarm(
        onItsKnees complaint: String, _ now: UInt64, _ held: UInt64, _ decision: inout Decision
    ) {
        enterAlarm(held)
        lacksCache = true
        stepDown(now, held, complaint, &decision)
        decision.happenings.append(.pressure(held: held, target: target, reason: complaint))
    }

    private mutating func enterAlarm(_ held: UInt64) {
        state = .alarm
        stepWaitsForStatistics = false
        isSuspected = false
        wellSince = nil
        heldAtAlarm = held
    }

    /// Gives back one more step.
    mutating func stepDown(_ now: UInt64, _ held: UInt64, _ why: String, _ decision: inout Decision) {
        let from = min(target, held, requested ?? 0)
        let step = UInt64(Double(max(tuning.leastAlarmStep, from / 2)) * ease)
        target = from > step ? from - step : 0
        wished = target
        lastStep = now
        reason = why
        decision.requestStatistics = hasStatistics
        wakeAt = now + tuning.alarmPace
    }

    /// Statistics that arrived while the alarm lasts.
    mutating func judge(_ health: Health, _ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        wakeAt = now + tuning.alarmPace
        if let complaint = health.complaint(tuning) {
            wellSince = nil
            if target == 0, held == 0 {
                endAlarm(now, held, isExhausted: true, &decision)
            } else if hasFollowed(held), now >= lastStep + tuning.alarmPace / 2 {
                stepDown(now, held, complaint, &decision)
            }
            return
        }
        let since = wellSince ?? now
        wellSince = since
        if hasFollowed(held), now - since >= tuning.calmBeforeEnd {
            endAlarm(now, held, isExhausted: false, &decision)
        }
    }

    /// The pace of the alarm has passed without statistics that ended it.
    mutating func lookAgain(_ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        wakeAt = now + tuning.alarmPace
        if hasStatistics {
            decision.requestStatistics = true
            return
        }
        // Nobody tells whether the guest is well. Quiet for a while after the last step is all that can be seen.
        if hasFollowed(held), now >= lastStep + 2 * tuning.calmBeforeEnd {
            endAlarm(now, held, isExhausted: held == 0, &decision)
        }
    }

    /// Statistics that were asked for in an alarm do not come: the guest may be too short of memory to answer.
    mutating func hearNothing(_ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        wakeAt = now + tuning.alarmPace
        if target == 0, held == 0 {
            endAlarm(now, held, isExhausted: true, &decision)
        } else if target > 0, hasFollowed(held) {
            stepDown(now, held, "the guest does not answer", &decision)
        }
    }

    /// A hold-off keeps others waiting where memory is shared. It is over when what the alarm gave lies free again: the
    /// program that needed it has ended. A working set that does not fit may lack a part of that only, and what lies free
    /// beside it says nothing: where an operator's cap would have all of it back at once, that is believed once, and if it
    /// hurts again the pause is kept.
    mutating func shorten(_ health: Health, _ now: UInt64, _ held: UInt64, _ decision: inout Decision) {
        let enough = max(given, 2 * health.comfort(tuning))
        let isKept = lacksCache && strikes > 1 && requested ?? 0 > held
        guard grantable != .max, !isKept, let free = health.free, free >= enough else {
            wellSince = nil
            return
        }
        let since = wellSince ?? now
        wellSince = since
        if now - since >= tuning.calmBeforeEnd { endPause(now, held, &decision) }
    }

    private mutating func endAlarm(_ now: UInt64, _ held: UInt64, isExhausted: Bool, _ decision: inout Decision) {
        let pause = nextBackOff(now)
        wished = nil
        state = .holdOff(until: now + pause)
        wakeAt = now + pause
        target = min(target, held)
        given = heldAtAlarm > held ? heldAtAlarm - held : 0
        wellSince = nil
        reason =
            isExhausted
            ? "the guest was given all \(mebibytes(given)) and may need more"
            : "the guest is well after it was given \(mebibytes(given))"
        decision.happenings.append(.alarmOver(held: held, given: given, isExhausted: isExhausted))
        decision.happenings.append(.holdOff(time: pause))
    }
}
