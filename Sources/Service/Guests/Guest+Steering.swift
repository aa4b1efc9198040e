internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI
internal import HostMemory
internal import Linux

/// What goes between the balloon that is served here and what steers it.
extension Guest {
    /// Tells what steers this guest, and carries out what it decides.
    ///
    /// - Parameter seenAt: when it happened (ns), if that was before now.
    func tell(_ input: Input, seenAt: UInt64? = nil) {
        if mayGrow(with: input) { lookAtPeer() }
        carryOut(steering.handle(input, held: Pages(device.held.count), seenAt: seenAt))
    }

    /// The balloon may be asked to grow because of an input, none of which is urgent.
    private func mayGrow(with input: Input) -> Bool {
        switch input {
        case .requested(let pages), .reckoned(let pages): return pages > Pages(device.held.count)
        case .reclaim, .driverStarted: return true
        case .statistics, .wake, .hinting:
            switch steering.state {
            case .starting, .inflating, .holdOff, .stalled, .hinting: return true
            case .idle, .settled, .deflating, .reclaiming, .alarm, .fixed, .notAnswering: return false
            }
        case .driverStopped, .progress, .unsolicited, .retaken, .statisticsTimedOut, .fixed: return false
        }
    }

    /// Carries out what was decided about this guest for the sake of others.
    func carryOut(_ decision: GuestDecision) {
        carryOut(steering.take(decision))
        // A guest in an alarm may wait for this one and others: they are told first, and looked at in the same turn.
        if steering.target > Pages(device.held.count) { reactor.lookLater(index) }
    }

    func carryOut(_ decision: Decision) {
        let target = UInt32(clamping: steering.target.count)
        if target != device.target { connection?.door.configurationChanged() }
        device.setTarget(target)
        // A driver that may be leaving is not made to fill its balloon again.
        if decision.interrupt, connection?.run.leaving == nil { interrupt() }
        if decision.requestStatistics { requestStatistics() }
        guard !decision.happenings.isEmpty else { return }
        // Others who are to pay are told first.
        if steering.seat != nil {
            reactor.sayLater(index, decision.happenings)
        } else {
            steering.say(decision.happenings)
        }
    }

    // MARK: - What was taken back unasked

    /// Tells of what was taken back unasked, now that the driver has written its configuration. With that, an
    /// out-of-memory deflation can be told from a driver that leaves.
    func confirmUnsolicited() {
        let held = device.held.count
        // It goes on: it was not leaving.
        if held > 0, let taken = connection?.endLeaving() { tellTaken(taken) }
        guard let taken = connection?.takeUnconfirmed() else { return }
        if held > 0 { tellTaken(taken) } else { connection?.awaitStop(after: taken) }
    }

    /// Gives up waiting for the stop of a driver that has emptied its balloon, if it is time.
    func endLeaving(at now: UInt64) {
        guard let deadline = connection?.run.leaving?.deadline, deadline <= now,
            let taken = connection?.endLeaving()
        else { return }
        if taken.isWholeBalloon { tellRetaken(taken) } else { tellTaken(taken) }
    }

    private func tellTaken(_ taken: Unconfirmed) {
        guard device.negotiated.contains(.deflateOnOOM) else { return tellRetaken(taken) }
        let pages = taken.pages(held: device.held.count)
        guard pages > 0 else { return }
        tell(.unsolicited(Pages(pages)), seenAt: taken.since)
        // What it hands over is what it lacks.
        stopHinting("it ran out of memory and was told to stop")
    }

    /// Tells of pages that were taken back unasked, though the guest is not out of memory.
    private func tellRetaken(_ taken: Unconfirmed) {
        let pages = taken.pages(held: device.held.count)
        guard pages > 0 else { return }
        tell(.retaken(Pages(pages)))
        guard connection?.noteRetaken() == true else { return }
        steering.say(
            .tookBack,
            "the guest took \(ByteSize(pages * PageFrame.size)) back unasked, but not for want of memory: its driver is leaving, "
                + "or gives back in large pieces",
            ["unsolicited": pages * PageFrame.size, "held": device.held.count * PageFrame.size])
    }

    // MARK: - What was asked for

    /// Tells what the operator asked for, as soon as the guest's memory is known.
    func resolveRequest(_ occasion: RequestOccasion) {
        guard let pages = steering.dueRequest(occasion) else { return }
        tell(occasion == .command ? .requested(pages) : .reckoned(pages))
    }

    // MARK: - Statistics

    /// There is a driver to ask, and its queues may be used.
    var canBeAsked: Bool {
        device.isRunning && device.negotiated.contains(.statistics) && connection?.door.isStarted == true
    }

    /// Asks the driver for statistics, now or as soon as it has given its buffer.
    func requestStatistics() {
        guard canBeAsked else { return }
        steering.askForStatistics()
        guard !device.statistics.isAwaited else { return }
        guard let queue = connection?.queue(for: .statistics), let head = device.requestStatistics() else {
            connection?.want(statistics: true)
            return
        }
        connection?.want(statistics: false)
        connection?.door.complete(queue, head: head)
    }

    /// Asks the driver for statistics.
    ///
    /// - Parameter body: called on the reactor's thread when they are there, or will not come any more; see
    ///   ``StatisticsRound/whenEnded(_:)``.
    func requestStatistics(whenAnswered body: @escaping () -> Void) {
        // The round is there before anything can end it.
        steering.askForStatistics()
        steering.whenAnswered(body)
        requestStatistics()
    }

    func statisticsArrived(_ arrival: StatisticsExchange.Arrival) {
        guard arrival == .statistics, let set = device.statistics.latest else {
            if connection?.run.wantsStatistics == true { requestStatistics() }
            return
        }
        tell(.statistics(set))
    }
}
