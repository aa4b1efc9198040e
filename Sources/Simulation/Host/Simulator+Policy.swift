extension Simulator {
    /// Tells the policy, and carries out what it orders.
    mutating func tell(_ event: PolicyEvent) {
        policy.take(event, at: VirtualTime.nanoseconds(tick), view, &orders)
        var index = 0
        while index < orders.changed.count {
            interrupt(orders.changed[index])
            index += 1
        }
        index = 0
        while index < orders.asked.count {
            ask(orders.asked[index])
            index += 1
        }
        index = 0
        while index < orders.rescheduled.count {
            let guest = orders.rescheduled[index]
            let moment = orders.wakes[guest]
            wakeTick[guest] = moment == .max ? .max : max(tick + 1, VirtualTime.tick(nanoseconds: moment))
            next[guest] = min(next[guest], wakeTick[guest])
            index += 1
        }
        hostWake = orders.hostWake == .max ? .max : max(tick + 1, VirtualTime.tick(nanoseconds: orders.hostWake))
        orders.clear()
    }

    private mutating func interrupt(_ guest: Int) {
        // What happened until now happened with the target as it was.
        if isAtRest[guest] { _ = step(guest) }
        guests[guest].interrupt(target: orders.target(guest))
        isAtRest[guest] = false
        next[guest] = min(next[guest], tick + 1)
    }

    private mutating func ask(_ guest: Int) {
        guard askedAt[guest] < 0 else { return }
        askedAt[guest] = tick
        next[guest] = min(next[guest], tick + 1)
    }

    /// The host asks in its period; a guest that is short of memory does not come to answer.
    mutating func answerStatistics(_ guest: Int) {
        if statisticsDue[guest] <= tick {
            statisticsDue[guest] = tick + P.statisticsPeriod / VirtualTime.tickMilliseconds
            view.active[guest] = guests[guest].active(tuning)
            view.sampledAt[guest] = VirtualTime.nanoseconds(tick)
            if askedAt[guest] < 0 { askedAt[guest] = isAtRest[guest] ? tick - 1 : tick }
        }
        guard askedAt[guest] >= 0, askedAt[guest] < tick else { return }
        let isSilent = guests[guest].failedReclaims > 0 || (guests[guest].isChasing && guests[guest].isOutOfPuff)
        if !isSilent {
            askedAt[guest] = -1
            isOverdue[guest] = false
            view.statistics[guest] = guests[guest].statistics()
            view.statisticsAt[guest] = VirtualTime.nanoseconds(tick)
            tell(.statistics(guest: guest))
        } else if !isOverdue[guest], tick - askedAt[guest] >= 3 * VirtualTime.perSecond {
            // The request stays out: its answer is all that there is to wait for.
            isOverdue[guest] = true
            tell(.statisticsTimedOut(guest: guest))
        }
    }

    /// What guests use beyond the budget costs all of them.
    mutating func chargeHost(_ ticks: Int) {
        let seconds = VirtualTime.seconds(ticks)
        if view.visible > view.budget {
            outcome.overdrawn = max(outcome.overdrawn, view.visible - view.budget)
            outcome.overdrawnTime += seconds
        }
        let margin = Int(Double(view.budget) * hostModel.margin)
        while view.resident > view.budget + margin {
            guard killLargest() else { break }
        }
        guard view.resident > view.budget else { return }
        let share = min(1, Double(view.resident - view.budget) / Double(max(1, margin)))
        outcome.suffered += share * seconds * Double(guests.count)
    }

    /// The host's kernel ends the guest that uses most.
    private mutating func killLargest() -> Bool {
        var largest = -1
        for guest in guests.indices where guests[guest].deadUntil <= tick {
            if largest < 0 || guests[guest].resident > guests[largest].resident { largest = guest }
        }
        guard largest >= 0 else { return false }
        if isAtRest[largest] { _ = step(largest) }
        let before = guests[largest].resident
        guests[largest].restart(at: tick + VirtualTime.ticks(seconds: hostModel.restartTime))
        view.resident += guests[largest].resident - before
        isAtRest[largest] = false
        next[largest] = tick + 1
        outcome.hostKills += 1
        return true
    }
}
