internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import HostMemory
internal import Linux
internal import Virtio

extension Guest {
    /// Serves a queue until it is empty or its turn of so many steps is over.
    func serve(_ queue: Int, steps: Int = stepsPerTurn) {
        // What lies in a queue that is enabled before the others is looked at once all of them are.
        guard !isFlushing else { return serveLater(queue) }
        for _ in 0..<steps {
            guard device.isRunning, backend?.isActive(queue) == true, let role = assignment.role(of: queue) else {
                return
            }
            switch advance(queue, role) {
            case .more:
                // A guest out of memory does not wait for this one's discards.
                if role != .deflate { reactor.serveUrgent() }
            case .empty:
                guard backend?.rearm(queue) == true else {
                    queueEmptied(role)
                    return
                }
            case .failed(let why):
                let reason = backend?.isLost(queue) == true ? "its memory file was truncated" : why
                backend?.fail(queue, reason)
                unwatch(queue)
                complain("queue \(queue) is broken until the driver sets it up again: \(reason)")
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
        if !work[queue].isBegun {
            do throws(QueueFault) {
                switch try next(queue, into: &work[queue].chain) {
                case .empty: return .empty
                case .refused(let fault):
                    if !hasSeenRequest { requestSeen() }
                    badChains += 1
                    if badChains == 1 { complain("queue \(queue): a request was refused: \(fault)") }
                    complete(queue)
                    return .more
                case .chain:
                    if !hasSeenRequest { requestSeen() }
                    work[queue].begin()
                }
            } catch {
                return .failed("\(error)")
            }
        }
        step(queue, role)
        return .more
    }

    private func next(_ queue: Int, into chain: inout DescriptorChain) throws(QueueFault) -> NextChain {
        guard backend != nil else { return .empty }
        return try backend?.next(queue, into: &chain) ?? .empty
    }

    /// One step of the request at hand.
    private func step(_ queue: Int, _ role: QueueRole) {
        switch role {
        case .inflate:
            sink.timing = discardTiming
            let step = inflate(&work[queue])
            // The guest gathers its next pages while these are given back.
            if case .done = step { complete(queue) }
            sink.requestEnded()
        case .deflate:
            let step = deflate(&work[queue])
            // Acknowledged before anything is made of it: the guest may hold its out-of-memory lock.
            if case .done = step { complete(queue) }
            sink.requestEnded()
            switch step {
            case .done(let unsolicited), .more(let unsolicited):
                if unsolicited > 0 {
                    if unconfirmed == 0 { unconfirmedSince = MonotonicClock.now() }
                    unconfirmed += unsolicited
                    unconfirmedMessages += 1
                }
            }
        case .statistics: takeStatistics(queue)
        case .freePageHint:
            let isDone = device.hint(work[queue].chain, memory: sink.table)
            complete(queue)
            if isDone { hintingEnded() }
        case .reporting:
            if report(&work[queue]) { complete(queue) }
        }
    }

    private func inflate(_ work: inout QueueWork) -> BalloonDevice.Step {
        let memory = sink.table
        return device.inflate(work.chain, &work.reader, memory: memory, sink: &sink)
    }

    private func deflate(_ work: inout QueueWork) -> BalloonDevice.Step {
        let memory = sink.table
        return device.deflate(work.chain, &work.reader, memory: memory, sink: &sink)
    }

    private func report(_ work: inout QueueWork) -> Bool {
        device.report(work.chain, at: &work.report, sink: &sink)
    }

    /// Returns the chain at hand and tells the driver if it wants to know.
    private func complete(_ queue: Int) {
        work[queue].isBegun = false
        giveBack(queue, head: work[queue].chain.head)
        // Room for a chain of thousands of buffers is not kept: there are many queues.
        if work[queue].chain.buffers.count > Self.mostKeptBuffers { work[queue].chain = DescriptorChain() }
    }

    private static let mostKeptBuffers = 128

    /// Returns a chain.
    func giveBack(_ queue: Int, head: UInt16) {
        backend?.complete(queue, head: head)
    }

    private func takeStatistics(_ queue: Int) {
        work[queue].isBegun = false
        let (arrival, surplus) = device.takeStatistics(work[queue].chain, memory: sink.table)
        if let surplus { giveBack(queue, head: surplus) }
        statisticsArrived(arrival)
    }

    /// All requests of a queue are done: what they amount to.
    private func queueEmptied(_ role: QueueRole) {
        switch role {
        case .inflate, .deflate:
            if unconfirmed == 0 { tell(.progress) }
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
        guard device.isRunning else { return }
        for queue in 0..<Door.mostQueues where backend?.isActive(queue) == true {
            guard backend?.isBlank(queue) == true, backend?.isLost(queue) == false else { return }
        }
        complain(Self.unsharedMemory)
    }

    private func requestSeen() {
        hasSeenRequest = true
        problems.removeAll { $0 == Self.unsharedMemory }
    }
}
