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

    /// Takes the connections that wait.
    func acceptConnection() {
        do throws(SystemError) {
            // Others have their turn between a few; the poll tells again of what is left.
            for _ in 0..<8 {
                guard let socket = try entrance.accept() else { return }
                // The machine may have been started again: whether the old one is gone lies in its socket.
                receiveMessages()
                // One VMM a socket. A second one is closed at once: it would be the first one's memory that it steers.
                guard connection == nil else {
                    steering.complain("another VMM connected and was refused: one is connected already")
                    continue
                }
                try connect(socket)
            }
        } catch {
            steering.complain("a connection could not be taken: \(error)")
            entrance.rest()
        }
    }

    // MARK: - Messages

    /// Takes what the VMM has sent.
    ///
    /// - Parameter turn: the reactor's. A socket that is urgent is looked at many times in one turn, and yet gets no
    ///   more messages in it than any other.
    func socketReady(turn: UInt64) {
        guard let left = connection?.messagesLeft(inTurn: turn), left > 0 else { return }
        let count = receiveMessages(atMost: left)
        connection?.spend(messages: count)
    }

    /// Takes messages until there are no more.
    ///
    /// - Returns: how many messages were taken.
    @discardableResult
    func receiveMessages(atMost limit: Int = MessageTurn.most) -> Int {
        guard connection?.isReceiving == false else { return 0 }
        connection?.beginReceiving()
        var count = 0
        do {
            while count < limit, connection != nil {
                guard try receiveOne() else { break }
                count += 1
                // Memory that is mapped anew takes a while: a guest that is out of memory waits for one message at most.
                reactor.serveUrgent()
            }
        } catch {
            disconnect("the VMM sent something that cannot be right")
            steering.complain("the connection was closed: \(error)")
        }
        connection?.endReceiving()
        if connection?.door.hasMessage == true { reactor.remember(index) }
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
        if let table = connection?.door.memory { sink.replaceTable(table) }
    }

    func memoryChanged() {
        replaceTable()
        judgeMemory()
        if sink.table.span > 0 { steering.note(shared: Pages(bytes: sink.table.span)) }
        updateLayout()
        resolveRequest(connection?.hadDriver == true ? .sameDriver : .newDriver)
        // Rings may have gone and come back, and their kicks with them.
        if device.isRunning { ringsChanged() }
    }

    /// What may be discarded: all memory, less the pages of the rings.
    func updateLayout() {
        var reserved: [PageRun] = []
        for queue in 0..<Door.mostQueues {
            connection?.door.forEachRingPages(queue) { reserved.append(PageRun(start: $0, count: $1)) }
        }
        device.setLayout(GuestLayout(regions: sink.table.regions.map { GuestLayout.Region($0) }, reserved: reserved))
    }

    // MARK: - Rings

    /// Takes up how the driver has set up its queues.
    func ringsChanged() {
        guard let configured = connection?.door.configuredQueues, let isStarted = connection?.door.isStarted else {
            return
        }
        connection?.assign(device.negotiated, configured: configured)
        updateLayout()
        let isMissing = configured != 0 && sink.table.regions.isEmpty
        if isMissing { steering.complain("the VMM shares no memory with us: give its memory backend share=on") }
        for queue in 0..<Door.mostQueues {
            connection?.watch(queue)
            if !isMissing, let problem = connection?.door.problem(queue) {
                steering.complain("queue \(queue): \(problem)")
            }
        }
        if isStarted, !device.isRunning { driverStarted() }
        // Kicks may have been given before anybody looked.
        if isStarted { serveAllLater() }
    }
}
