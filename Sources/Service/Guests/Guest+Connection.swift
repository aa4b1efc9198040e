internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI
internal import HostMemory
internal import Linux
internal import Virtio
internal import VfioUser
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
        let token = Token.of(guest: index, .socket)
        var features =
            device.offered.rawValue | VirtioFeatures.version1 | VirtioFeatures.eventIndex
            | VirtioFeatures.indirectDescriptors
        if configuration.packed { features |= VirtioFeatures.packedRing }
        switch configuration.door {
        case .vhostUser:
            try reactor.main.add(descriptor.raw, token: token, watchingHangup: true)
            backend = Door(
                VhostUserBackend(
                    socket: descriptor,
                    description: .init(features: features, queueCount: 5, configurationSize: BalloonConfiguration.size)
                ))
        case .vfioUser:
            // The driver's notifications come by it, those of a guest that is out of memory too.
            try reactor.urgent.add(descriptor.raw, token: token, watchingHangup: true)
            backend = Door(
                VfioUserBackend(
                    socket: descriptor,
                    description: .init(
                        deviceNumber: 5, features: features, queueCount: 5,
                        configurationSize: BalloonConfiguration.size)))
        }
        problems = []
        work = Array(repeating: QueueWork(), count: Door.mostQueues)
        waiting = 0
        stoppedWithStatistics = false
        takeSeat()
        say(.connected, "a VMM connected")
    }

    /// The VMM is gone, and the virtual machine with it.
    func disconnect(_ why: String) {
        guard let descriptor = backend?.descriptor else { return }
        driverStopped()
        for queue in watched.indices { unwatch(queue) }
        switch configuration.door {
        case .vhostUser: reactor.main.remove(descriptor)
        case .vfioUser: reactor.urgent.remove(descriptor)
        }
        backend = nil
        arbiter.seat?.set(isPresent: false)
        forgetDriver()
        device.setTarget(0)
        isAnswering = nil
        statisticsArrivedAt = nil
        statisticsTimestamp = nil
        statisticsHeld = nil
        sink.replaceTable(.init())
        device.setLayout(GuestLayout())
        failedConnections = wasStarted ? 0 : failedConnections + 1
        wasStarted = false
        say(.disconnected, why)
        // Whoever connects again and again for nothing must not drown the log, nor the other guests.
        if failedConnections >= 8 { restListener() }
    }

    func close() {
        flushPending()
        disconnect("the daemon stops")
        reactor.main.remove(listener.descriptor.raw)
    }

    // MARK: - Messages

    /// Messages that a VMM gets before others have their turn; the poll tells again of what is left.
    private static let messagesPerTurn = 64

    /// The VMM has sent something.
    ///
    /// - Parameter turn: the reactor's. A socket that is urgent is looked at many times in one turn, and yet gets no
    ///   more messages in it than any other.
    func socketReady(turn: UInt64) {
        if turn != messageTurn {
            messageTurn = turn
            messagesLeft = Self.messagesPerTurn
        }
        guard messagesLeft > 0 else { return }
        messagesLeft -= receiveMessages(atMost: messagesLeft)
    }

    /// - Returns: how many messages were taken.
    @discardableResult
    func receiveMessages(atMost limit: Int = messagesPerTurn) -> Int {
        guard !isReceiving else { return 0 }
        isReceiving = true
        var count = 0
        do {
            while count < limit, backend != nil {
                guard try receiveOne() else { break }
                count += 1
                // Memory that is mapped anew takes a while: a guest that is out of memory waits for one message at most.
                reactor.serveUrgent()
            }
        } catch {
            complain("the connection was closed: \(error)")
            disconnect("the VMM sent something that cannot be right")
        }
        isReceiving = false
        payInterrupt()
        return count
    }

    /// - Returns: false if there is nothing more.
    private func receiveOne() throws -> Bool {
        switch configuration.door {
        case .vhostUser: try receiveVhostUser()
        case .vfioUser: try receiveVfioUser()
        }
    }

    func configurationBytes(offset: Int, count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        bytes.withUnsafeMutableBytes { device.readConfiguration(offset: offset, into: $0) }
        return bytes
    }

    func writeConfiguration(offset: Int, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { device.writeConfiguration(offset: offset, bytes: $0) }
        confirmUnsolicited()
    }

    /// Takes up the table that the VMM has sent.
    func replaceTable() {
        // In the old table, and before the VMM is told that we have let go of it.
        flushPending()
        if let table = backend?.memory { sink.replaceTable(table) }
    }

    func memoryChanged() {
        replaceTable()
        judgeMemory()
        if let configured = configuration.max?.bytes, sink.table.size > 0, sink.table.span != configured {
            complain(
                "max is \(ByteSize(configured)), but the VMM shares \(ByteSize(sink.table.span)); that is what counts")
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
        for queue in 0..<Door.mostQueues {
            backend?.forEachRingPages(queue) { reserved.append(PageRun(start: $0, count: $1)) }
        }
        device.setLayout(GuestLayout(regions: sink.table.regions.map { GuestLayout.Region($0) }, reserved: reserved))
    }

    // MARK: - Rings

    func ringsChanged() {
        guard let configured = backend?.configuredQueues, let isStarted = backend?.isStarted else { return }
        assignment = QueueAssignment(negotiated: device.negotiated, configured: configured)
        updateLayout()
        let isMissing = configured != 0 && sink.table.regions.isEmpty
        if isMissing { complain("the VMM shares no memory with us: give its memory backend share=on") }
        for queue in 0..<Door.mostQueues {
            watch(queue)
            if !isMissing, let problem = backend?.problem(queue) { complain("queue \(queue): \(problem)") }
        }
        if isStarted, !device.isRunning { driverStarted() }
        // Kicks may have been given before anybody looked.
        if isStarted { serveAllLater() }
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
}
