internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI
internal import Linux

extension Guest {
    /// There is a driver to ask, and its queues may be used.
    var canBeAsked: Bool {
        device.isRunning && device.negotiated.contains(.statistics) && backend?.isStarted == true
    }

    /// Asks the driver for statistics, now or as soon as it has given its buffer.
    func requestStatistics() {
        guard canBeAsked else { return }
        if statisticsDeadline == nil { statisticsDeadline = MonotonicClock.now() + Self.statisticsPatience }
        guard !device.statistics.isAwaited else { return }
        guard let queue = assignment.queue(for: .statistics), let head = device.requestStatistics() else {
            wantsStatistics = true
            return
        }
        wantsStatistics = false
        giveBack(queue, head: head)
    }

    func statisticsArrived(_ arrival: StatisticsExchange.Arrival) {
        if arrival == .first || device.statistics.latest == nil {
            if wantsStatistics { requestStatistics() }
            return
        }
        let wasSilent = isAnswering == false
        isAnswering = true
        statisticsDeadline = nil
        statisticsArrivedAt = MonotonicClock.now()
        statisticsTimestamp = Timestamp.now()
        statisticsHeld = device.held.count
        answerStatisticsWaiters()
        if let set = device.statistics.latest { tell(.statistics(set)) }
        if wasSilent, arbiter.state != .alarm { say(.statisticsBack, "the guest answers again") }
    }

    func statisticsTimedOut() {
        statisticsDeadline = nil
        isAnswering = false
        answerStatisticsWaiters()
        tell(.statisticsTimedOut)
    }

    func answerStatisticsWaiters() {
        let waiters = statisticsWaiters
        statisticsWaiters = []
        for waiter in waiters { waiter() }
    }

    func setStatisticsInterval(seconds: Double) {
        statisticsInterval = UInt64(seconds * 1e9)
        nextStatistics =
            statisticsInterval > 0 && device.isRunning ? MonotonicClock.now() + statisticsInterval : nil
    }

    var statisticsStatus: StatisticsStatus {
        let state: StatisticsStatus.State
        if !device.isRunning || !device.negotiated.contains(.statistics) {
            state = .unavailable
        } else if let isAnswering {
            state = isAnswering ? .answering : .notAnswering
        } else {
            state = .waiting
        }
        var values: [String: UInt64] = [:]
        if let latest = device.statistics.latest {
            for tag in StatisticsTag.allCases { values[tag.name] = latest[tag] }
        }
        return StatisticsStatus(
            state: state, intervalSeconds: Double(statisticsInterval) / 1e9,
            ageSeconds: statisticsArrivedAt.map { Double(MonotonicClock.now() - $0) / 1e9 },
            timestamp: statisticsTimestamp, values: values,
            heldThen: statisticsHeld.map { ByteSize($0 * PageFrame.size) })
    }
}
