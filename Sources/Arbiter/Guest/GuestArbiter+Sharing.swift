internal import Balloon

/// What a ``HostArbiter`` does with a guest's balloon.
extension GuestArbiter {
    /// Pages that an alarm wanted to give, and that the host did not have.
    var unmet: Pages { phase.alarm.map { (target - $0.wished).orNone } ?? 0 }

    /// The balloon is moving to where it was asked to, or rests there: more can be asked for.
    var canLend: Bool {
        guard standstill == nil, !hindrance.isThere else { return false }
        return switch phase {
        case .settled, .inflating: true
        case .idle, .starting, .deflating, .reclaiming, .alarm, .silent, .holdOff, .stalled: false
        }
    }

    /// It looks as if the guest were on its knees.
    var isSuspected: Bool {
        if case .settled(.some) = phase { true } else { false }
    }

    /// Says what balloon the host wants of the guest from now on; nothing is done about it now.
    mutating func steer(to balloon: Pages) { goal = balloon }

    /// Lowers the target by so many pages that the host has found.
    mutating func give(_ pages: Pages, _ why: String, _ held: Pages, _ decision: inout Decision) {
        let before = target
        let from = committed(held)
        guard pages > 0, from > 0 else { return }
        target = (from - pages).orNone
        reason = why
        switch phase {
        case .settled, .inflating, .deflating, .reclaiming:
            goal = target
            wakeAt = nil
            phase = hasFollowed(held) ? .settled(nil) : .deflating
        case .idle, .starting, .alarm, .silent, .holdOff, .stalled: break
        }
        tell(insteadOf: before, held, &decision)
    }

    /// Raises the target to a balloon of so many pages, which the guest has just said that it can bear.
    mutating func lend(to pages: Pages, _ why: String, _ moment: Moment, _ decision: inout Decision) {
        let before = target
        guard pages > committed(moment.held), canLend else { return }
        goal = pages
        // Asked for more while nothing has come of what it was asked for, it has been quiet for as long as before.
        if case .inflating(let climb) = phase, !climb.waitsForStatistics {
            phase = .inflating(target > moment.held ? climb : climb.next(moment))
        } else {
            phase = .inflating(Climb(moment, waitsForStatistics: false))
        }
        target = pages
        wakeAt = moment.now + InflationFigures.pace
        reason = why
        // A guest that took pages back after it had reached the target does not refill its balloon unasked.
        if target == before { decision.interrupt = driver.isRunning }
        tell(insteadOf: before, moment.held, &decision)
    }
}
