internal import Balloon

/// A guest's free memory goes to the host through the balloon.
extension GuestArbiter {
    mutating func startReclaim(_ moment: Moment, _ decision: inout Decision) {
        guard driver.isRunning, driver.hasStatistics, standstill == nil, !hindrance.isThere, case .settled = phase
        else {
            return
        }
        phase = .reclaiming(Reclaim(base: target, climb: Climb(moment, waitsForStatistics: true)))
        reason = "asking the guest what is free"
        decision.requestStatistics = true
        wakeAt = moment.now + InflationFigures.pace
    }

    /// Goes on with a reclaim by what the guest says.
    mutating func judge(_ health: Health, _ reclaim: Reclaim, _ moment: Moment, _ decision: inout Decision) {
        if reclaim.climb.waitsForStatistics {
            take(health, reclaim, moment, &decision)
        } else if let usable = health.usable, usable < health.reserve {
            endReclaim(reclaim, moment, "the guest comes under pressure", &decision)
        }
    }

    private mutating func take(_ health: Health, _ reclaim: Reclaim, _ moment: Moment, _ decision: inout Decision) {
        let room = health.room(sparingCaches: true) ?? 0
        guard room >= InflationFigures.leastStep else {
            return endReclaim(reclaim, moment, "the guest has nothing free", &decision)
        }
        target = moment.held + room
        reason = "taking \(mebibytes(room)) of free memory, to give it back at once"
        phase = .reclaiming(Reclaim(base: reclaim.base, climb: reclaim.climb.next(moment)))
    }

    mutating func endReclaim(_ reclaim: Reclaim, _ moment: Moment, _ why: String, _ decision: inout Decision) {
        decision.happenings.append(.reclaimed(pages: (moment.held - reclaim.base).orNone))
        pursue(moment, &decision)
        if case .deflating = phase { reason = "\(why); returning to \(mebibytes(target))" }
    }
}
