internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI
internal import HostMemory
internal import Linux
internal import Virtio

extension Guest {
    /// Serves a queue until it is empty or its turn of so many steps is over.
    func serve(_ queue: Int, steps: Int = stepsPerTurn) {
        // What lies in a queue that is enabled before the others is looked at once all of them are.
        guard !isFlushing else { return serveLater(queue) }
        for _ in 0..<steps {
            guard device.isRunning, connection?.door.isActive(queue) == true, let role = connection?.role(of: queue)
            else {
                return
            }
            switch advance(queue, role) {
            case .more:
                // A guest out of memory does not wait for this one's discards.
                if role != .deflate { reactor.serveUrgent() }
            case .empty:
                guard connection?.door.rearm(queue) == true else {
                    queueEmptied(role)
                    return
                }
            case .failed(let why):
                let reason = connection?.door.isLost(queue) == true ? "its memory file was truncated" : why
                connection?.door.fail(queue, reason)
                connection?.unwatch(queue)
                steering.complain("queue \(queue) is broken until the driver sets it up again: \(reason)")
                return
            }
        }
        serveLater(queue)
    }

    private enum Advance {
        case more
        case empty
        case failed(String)
    }

    /// Takes the next chain, or goes on with the one that is begun, by one step.
    private func advance(_ queue: Int, _ role: QueueRole) -> Advance {
        if connection?.isBegun(queue) != true {
            do throws(QueueFault) {
                switch try connection?.next(queue) ?? .empty {
                case .empty: return .empty
                case .refused(let fault):
                    requestSeen()
                    if tally.noteBadChain() { steering.complain("queue \(queue): a request was refused: \(fault)") }
                    connection?.complete(queue)
                    return .more
                case .chain: requestSeen()
                }
            } catch {
                return .failed("\(error)")
            }
        }
        step(queue, role)
        return .more
    }

    /// One step of the request at hand.
    private func step(_ queue: Int, _ role: QueueRole) {
        switch role {
        case .inflate:
            sink.timing = discardTiming
            let step = connection?.inflate(queue, &device, &sink)
            // The guest gathers its next pages while these are given back.
            if case .done = step { connection?.complete(queue) }
            sink.requestEnded()
        case .deflate:
            let step = connection?.deflate(queue, &device, &sink)
            // Acknowledged before anything is made of it: the guest may hold its out-of-memory lock.
            if case .done = step { connection?.complete(queue) }
            sink.requestEnded()
            switch step {
            case .done(let unsolicited):
                connection?.note(unsolicited: unsolicited, held: device.held.count, isDone: true)
            case .more(let unsolicited):
                connection?.note(unsolicited: unsolicited, held: device.held.count, isDone: false)
            case nil: break
            }
        case .statistics:
            if let arrival = connection?.takeStatistics(queue, &device, sink.table) { statisticsArrived(arrival) }
        case .freePageHint:
            let isDone = connection?.hint(queue, &device, sink.table)
            connection?.complete(queue)
            if isDone == true { hintingEnded() }
        case .reporting:
            if connection?.report(queue, &device, &sink) == true { connection?.complete(queue) }
        }
    }

    /// All requests of a queue are done: what they amount to.
    private func queueEmptied(_ role: QueueRole) {
        switch role {
        case .inflate, .deflate:
            if connection?.run.unconfirmed == nil { tell(.progress) }
        case .statistics, .freePageHint, .reporting: break
        }
        noteDiscardFailure()
    }

    // MARK: - Memory that is not shared

    private static let unsharedMemory =
        "the driver kicked, but its rings read as zeros: is the guest's memory shared (share=on)?"

    /// The driver kicks, and yet all its rings are as empty as fresh memory: what the VMM passed is not what the guest
    /// uses. A single empty queue may be kicked by a VMM for no reason.
    func suspectUnsharedMemory() {
        guard device.isRunning, connection?.run.hasSeenRequest == false else { return }
        for queue in 0..<Door.mostQueues where connection?.door.isActive(queue) == true {
            guard connection?.door.isBlank(queue) == true, connection?.door.isLost(queue) == false else { return }
        }
        steering.complain(Self.unsharedMemory)
    }

    private func requestSeen() {
        guard connection?.run.hasSeenRequest == false else { return }
        connection?.noteRequest()
        steering.withdraw(Self.unsharedMemory)
    }
}
