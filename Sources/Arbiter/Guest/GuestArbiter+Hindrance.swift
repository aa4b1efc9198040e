internal import Balloon

/// A balloon that cannot grow for a while, for reasons that are not its guest's.
extension GuestArbiter {
    /// Takes in that the guest's memory cannot be given, or that it can again.
    mutating func setFixed(_ why: String?, _ moment: Moment, _ decision: inout Decision) {
        hindrance.note(fixed: why)
        why == nil ? goOnAfterHindrance(moment, &decision) : stopGrowing(moment, &decision)
    }

    /// Takes in that the guest tells which memory is free, or has done so.
    mutating func setHinting(_ isHinting: Bool, _ moment: Moment, _ decision: inout Decision) {
        guard hindrance.isHinting != isHinting else { return }
        hindrance.note(hinting: isHinting)
        driver.forgetSample()
        isHinting ? stopGrowing(moment, &decision) : goOnAfterHindrance(moment, &decision)
    }

    /// What the guest says means nothing now. One that is in an alarm is believed in any case: it is given more.
    var isBlind: Bool { hindrance.isHinting && phase.alarm == nil }

    private mutating func stopGrowing(_ moment: Moment, _ decision: inout Decision) {
        switch phase {
        case .inflating, .reclaiming: pursue(moment, &decision)
        case .settled(let suspicion):
            if goal ?? 0 > moment.held {
                rest(moment)
            } else if hindrance.isHinting {
                if suspicion != nil { wakeAt = nil }
                phase = .settled(nil)
                reason = "the guest tells which of its memory is free"
            }
        // What is left alone now is looked at when its time has come.
        case .idle, .starting, .deflating, .alarm, .silent, .holdOff, .stalled: break
        }
    }

    /// Stays where the balloon is, and says why where more was asked for.
    mutating func rest(_ moment: Moment) {
        target = min(target, moment.held)
        phase = .settled(nil)
        wakeAt = nil
        guard let goal, goal > moment.held else { return }
        reason =
            hindrance.fixed
            ?? "\(mebibytes(goal)) is kept until the guest has told which of its memory is free"
    }

    private mutating func goOnAfterHindrance(_ moment: Moment, _ decision: inout Decision) {
        guard driver.isRunning, !hindrance.isThere, case .settled = phase else { return }
        pursue(moment, &decision)
    }
}
