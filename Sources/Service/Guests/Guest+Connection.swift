internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI
internal import HostMemory
internal import Linux
internal import Virtio
internal import VhostUser

extension Guest {
    // MARK: - Connections

    func acceptConnection() {
        do throws(SystemError) {
            // Others have their turn between a few; the poll tells again of what is left.
            for _ in 0..<8 {
                guard listenAgainAt == nil, let descriptor = try listener.accept() else { return }
                // The machine may have been started again: whether the old one is gone lies in its socket.
                receiveMessages()
                // One VMM a socket. A second one is closed at once: it would be the first one's memory that it steers.
                guard backend == nil else {
                    complain("another VMM connected and was refused: one is connected already")
                    continue
                }
                try connect(descriptor)
            }
        } catch {
            complain("a connection could not be taken: \(error)")
            // The poll would tell of it again and again. Whatever is short may be there in a second.
            restListener()
        }
    }

    private func restListener() {
        guard listenAgainAt == nil else { return }
        reactor.main.remove(listener.descriptor.raw)
        listenAgainAt = MonotonicClock.now() + 1_000_000_000
    }

    func listenAgain() {
        listenAgainAt = nil
        do throws(SystemError) {
            try reactor.main.add(listener.descriptor.raw, token: Token.of(guest: index, .listener))
        } catch {
            listenAgainAt = MonotonicClock.now() + 1_000_000_000
        }
    }

    private func connect(_ descriptor: consuming OwnedDescriptor) throws(SystemError) {
        try reactor.main.add(
            descriptor.raw, token: Token.of(guest: index, .socket), watchingHangup: true)
        let features =
            device.offered.rawValue | VirtioFeatures.version1 | VirtioFeatures.eventIndex
            | VirtioFeatures.indirectDescriptors
        backend = VhostUserBackend(
            socket: descriptor,
            description: .init(features: features, queueCount: 5, configurationSize: BalloonConfiguration.size))
        problems = []
        work = Array(repeating: QueueWork(), count: VhostUserBackend.mostQueues)
        stoppedWithStatistics = false
        takeSeat()
        say(.connected, "a VMM connected")
    }

    /// The VMM is gone, and the virtual machine with it.
    func disconnect(_ why: String) {
        guard let descriptor = backend?.descriptor else { return }
        driverStopped()
        for queue in watched.indices { unwatch(queue) }
        reactor.main.remove(descriptor)
        backend = nil
        arbiter.seat?.set(isPresent: false)
        device.forgetDriver()
        device.startFresh()
        device.stop()
        device.setTarget(0)
        isAnswering = nil
        statisticsArrivedAt = nil
        statisticsTimestamp = nil
        statisticsHeld = nil
        sink.table = .init()
        device.setLayout(GuestLayout())
        failedConnections = wasStarted ? 0 : failedConnections + 1
        wasStarted = false
        say(.disconnected, why)
        // Whoever connects again and again for nothing must not drown the log, nor the other guests.
        if failedConnections >= 8 { restListener() }
    }

    func close() {
        disconnect("the daemon stops")
        reactor.main.remove(listener.descriptor.raw)
    }

    // MARK: - Messages

    /// Messages that a VMM gets before others have their turn; the poll tells again of what is left.
    private static let messagesPerTurn = 64

    func receiveMessages() {
        guard !isReceiving else { return }
        isReceiving = true
        do throws(VhostUserError) {
            for _ in 0..<Self.messagesPerTurn where backend != nil {
                guard try receiveOne() else { break }
                // Memory that is mapped anew takes a while: a guest that is out of memory waits for one message at most.
                reactor.serveUrgent()
            }
        } catch {
            complain("the connection was closed: \(error)")
            disconnect("the VMM sent something that cannot be right")
        }
        isReceiving = false
        payInterrupt()
    }

    /// - Returns: false if there is nothing more.
    private func receiveOne() throws(VhostUserError) -> Bool {
        guard let action = try backend?.receive() else { return false }
        switch consume action {
        case .nothing: return false
        case .closed:
            disconnect("the VMM closed the connection")
            return false
        case .done: break
        case .featuresNegotiated(let bits):
            device.negotiate(BalloonFeatures(rawValue: bits))
        case .readConfiguration(let offset, let count):
            try answerConfiguration(offset: offset, count: count)
        case .writeConfiguration(let offset, let bytes):
            writeConfiguration(offset: offset, bytes)
        case .memoryChanged:
            memoryChanged()
        case .replaceKick(let queue, let descriptor):
            unwatch(queue)
            backend?.replaceKick(of: queue, with: descriptor)
            ringsChanged()
        case .ringsChanged: ringsChanged()
        case .stopRing(let queue): try stopRing(queue)
        case .reset:
            driverStopped()
            device.forgetDriver()
        }
        try backend?.acknowledge()
        return true
    }

    private func answerConfiguration(offset: Int, count: Int) throws(VhostUserError) {
        var bytes = [UInt8](repeating: 0, count: count)
        bytes.withUnsafeMutableBytes { device.readConfiguration(offset: offset, into: $0) }
        try backend?.answerConfiguration(offset: offset, bytes)
    }

    private func writeConfiguration(offset: Int, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { device.writeConfiguration(offset: offset, bytes: $0) }
        confirmUnsolicited()
    }

    private func memoryChanged() {
        if let table = backend?.memory { sink.table = table }
        if let promised = configuration.max, sink.table.size > 0, sink.table.size != promised {
            complain(
                "max is \(ByteSize(promised)), but the VMM shares \(ByteSize(sink.table.size)); that is what counts")
        }
        updateLayout()
        resolveRequest()
        // Rings may have gone and come back, and their kicks with them.
        if device.isRunning {
            tellMemory()
            ringsChanged()
        }
    }

    /// What may be discarded: all memory, less the pages of the rings.
    func updateLayout() {
        var reserved: [PageRun] = []
        for queue in 0..<VhostUserBackend.mostQueues {
            backend?.forEachRingPages(queue) { reserved.append(PageRun(start: $0, count: $1)) }
        }
        let memory = sink.table.regions.map {
            PageRun(start: $0.guestAddress >> PageFrame.shift, count: $0.size >> PageFrame.shift)
        }
        device.setLayout(GuestLayout(memory: memory, reserved: reserved))
    }

    // MARK: - Rings

    private func ringsChanged() {
        guard let configured = backend?.configuredQueues, let isStarted = backend?.isStarted else { return }
        assignment = QueueAssignment(negotiated: device.negotiated, configured: configured)
        updateLayout()
        let isMissing = configured != 0 && sink.table.regions.isEmpty
        if isMissing { complain("the VMM shares no memory with us: give its memory backend share=on") }
        for queue in 0..<VhostUserBackend.mostQueues {
            watch(queue)
            if !isMissing, let problem = backend?.problem(queue) { complain("queue \(queue): \(problem)") }
        }
        if isStarted, !device.isRunning { driverStarted() }
        // Kicks may have been given before anybody looked.
        if isStarted { serveAllLater() }
    }

    private func stopRing(_ queue: Int) throws(VhostUserError) {
        driverStopped()
        unwatch(queue)
        var base = backend?.nextAvailable(queue) ?? 0
        // What was taken and not returned is taken again when the ring goes on.
        if work[queue].isBegun {
            work[queue].isBegun = false
            base &-= 1
        }
        if stoppedWithStatistics, assignment.role(of: queue) == .statistics {
            stoppedWithStatistics = false
            base &-= 1
        }
        try backend?.answerVringBase(queue: queue, base: base)
    }

    /// Watches the kick of an active queue, the deflate queue's before all others.
    private func watch(_ queue: Int) {
        guard backend?.isActive(queue) == true, let kick = backend?.kickDescriptor(queue) else {
            unwatch(queue)
            return
        }
        let isUrgent = assignment.role(of: queue) == .deflate
        if let known = watched[queue] {
            if known.descriptor == kick, known.isUrgent == isUrgent { return }
            unwatch(queue)
        }
        let token = Token.of(guest: index, .kick(queue: queue))
        do throws(SystemError) {
            if isUrgent {
                try reactor.urgent.add(kick, token: token)
            } else {
                try reactor.main.add(kick, token: token)
            }
            watched[queue] = KickWatch(descriptor: kick, isUrgent: isUrgent)
        } catch {
            backend?.fail(queue, "its kick cannot be watched: \(error)")
        }
    }

    func unwatch(_ queue: Int) {
        guard let known = watched[queue] else { return }
        if known.isUrgent {
            reactor.urgent.remove(known.descriptor)
        } else {
            reactor.main.remove(known.descriptor)
        }
        watched[queue] = nil
    }

    // MARK: - The driver comes and goes

    private func driverStarted() {
        let isFresh = !(wasStarted && backend?.isResumed == true)
        if isFresh {
            device.startFresh()
            isAnswering = nil
            statisticsArrivedAt = nil
        } else {
            device.resume()
        }
        wasStarted = true
        hasSeenRequest = false
        unconfirmed = 0
        unconfirmedMessages = 0
        if isFresh {
            say(.driverReady, "the guest's driver runs")
        } else {
            say(.resumed, "the guest goes on where it was paused", ["held": device.held.count * PageFrame.size])
        }
        nextStatistics = statisticsInterval > 0 ? MonotonicClock.now() + statisticsInterval : nil
        tellMemory()
        tell(.driverStarted(isFresh: isFresh, hasStatistics: device.negotiated.contains(.statistics)))
        resolveRequest()
    }

    func driverStopped() {
        guard device.isRunning else { return }
        stoppedWithStatistics = device.statistics.heldBuffer != nil
        device.stop()
        statisticsDeadline = nil
        nextStatistics = nil
        wantsStatistics = false
        answerStatisticsWaiters()
        tell(.driverStopped)
        say(.driverGone, "the guest's driver stopped: reset, unloaded, or paused")
    }
}
