internal import Balloon

/// The steps in which a balloon grows.
extension GuestArbiter {
    /// Takes one more step, as far as the guest can spare.
    mutating func takeStep(_ health: Health, in climb: Climb, _ moment: Moment, _ decision: inout Decision) {
        guard let room = health.room(sparingCaches: troubles.count > 0) else { return takeBlindStep(in: climb, moment) }
        phase = .inflating(climb.next(moment))
        let goal = goal ?? 0
        guard moment.held + room >= goal || room >= InflationFigures.leastStep else {
            return giveUp(moment, "the guest has only \(health.have)", &decision)
        }
        let most = health.isEstimate ? min(room, InflationFigures.cautiousStep(of: goal)) : room
        target = min(moment.held + most, goal)
        if target == goal {
            reason = "inflating to \(mebibytes(goal))"
        } else if most < room {
            reason =
                "inflating to \(mebibytes(target)) of \(mebibytes(goal)), in small steps: the guest tells only what is free"
        } else {
            reason = "inflating to \(mebibytes(target)) of \(mebibytes(goal)): the guest can spare no more now"
        }
    }

    /// Takes one more step of a balloon whose guest tells nothing that one could go by.
    mutating func takeBlindStep(in climb: Climb, _ moment: Moment) {
        phase = .inflating(climb.next(moment, isBlind: true))
        let goal = goal ?? 0
        target = min(moment.held + InflationFigures.cautiousStep(of: goal), goal)
        let way = target == goal ? mebibytes(goal) : "\(mebibytes(target)) of \(mebibytes(goal)), in small steps"
        reason = "inflating to \(way); the guest does not say what it has free"
        wakeAt = moment.now + InflationFigures.pace
    }

    /// Goes on with a climb whose time has come.
    mutating func goOn(_ climb: Climb, _ moment: Moment, _ decision: inout Decision) {
        if let quiet = climb.stalled(at: moment.now) { return giveUp(moment, nothingCame(for: quiet), &decision) }
        if climb.isBlind, moment.held >= target { return takeBlindStep(in: climb, moment) }
        askAgain(moment, &decision)
    }
}
