internal import Balloon
internal import BalloonDevice
internal import ControlAPI
internal import HostMemory
internal import Linux
internal import VfioUser
internal import VhostUser
internal import Virtio

/// One VMM's connection, and all that ends with it: what is watched, the queues, the messages at hand, the driver's run.
///
/// To end it is to let go of it; what it watches is then watched no more.
struct Connection: ~Copyable {
    /// Changed only in its place, as everything that is not copyable.
    var door: Door
    /// Until the driver is reset.
    private(set) var queues = GuestQueues()
    private(set) var run = DriverRun()
    /// A driver ran.
    private(set) var hadDriver = false
    private var kicks: KickWatches
    /// What the VMM does to its memory.
    private(set) var peer: PeerWatch
    private var turn = MessageTurn()
    /// Messages are being taken: what is said to the VMM meanwhile must not take further ones.
    private(set) var isReceiving = false
    /// The driver is to be told of a configuration change as soon as all messages are taken.
    private var owesInterrupt = false
    private unowned let reactor: ReactorState

    /// Takes a VMM's connection and watches it.
    ///
    /// - Parameters:
    ///   - features: what is offered, with the transport's.
    ///   - guest: its number at the reactor.
    init(
        _ socket: consuming OwnedDescriptor, _ kind: GuestDoor, features: UInt64, guest: Int, reactor: ReactorState
    ) throws(SystemError) {
        let token = Token.of(guest: guest, .socket)
        switch kind {
        case .vhostUser:
            try reactor.main.add(socket.raw, token: token, watchingHangup: true)
            door = Door(
                VhostUserBackend(
                    socket: socket,
                    description: .init(features: features, queueCount: 5, configurationSize: BalloonConfiguration.size)
                ))
        case .vfioUser:
            // The driver's notifications come by it, those of a guest that is out of memory too.
            try reactor.urgent.add(socket.raw, token: token, watchingHangup: true)
            door = Door(
                VfioUserBackend(
                    socket: socket,
                    description: .init(
                        deviceNumber: 5, features: features, queueCount: 5,
                        configurationSize: BalloonConfiguration.size)))
        }
        kicks = KickWatches(reactor, guest: guest)
        peer = PeerWatch(PeerProcess(of: door.descriptor))
        self.reactor = reactor
    }

    deinit {
        kicks.stop()
        switch door.kind {
        case .vhostUser: reactor.main.remove(door.descriptor)
        case .vfioUser: reactor.urgent.remove(door.descriptor)
        }
    }

    // MARK: - The driver

    /// Begins a run.
    ///
    /// - Parameters:
    ///   - isFresh: another driver's; else that of the one that was paused.
    ///   - failed: bytes that could not be given back so far.
    mutating func driverStarted(isFresh: Bool, failed: UInt64) {
        run = isFresh ? DriverRun(failedBefore: failed) : run.continued()
        hadDriver = true
    }

    /// Forgets a driver that was reset, and how it had set up its queues.
    mutating func forgetDriver() {
        queues = GuestQueues()
        run = DriverRun()
    }

    mutating func noteRequest() { run.noteRequest() }
    mutating func want(statistics isWanted: Bool) { run.want(statistics: isWanted) }
    mutating func note(unsolicited pages: UInt64, held: UInt64, isDone: Bool) {
        run.note(unsolicited: pages, held: held, isDone: isDone)
    }
    mutating func takeUnconfirmed() -> Unconfirmed? { run.takeUnconfirmed() }
    mutating func awaitStop(after taken: Unconfirmed) { run.awaitStop(after: taken) }
    mutating func endLeaving() -> Unconfirmed? { run.endLeaving() }
    mutating func beginHinting() { run.beginHinting() }
    mutating func settleHinting() { run.settleHinting() }
    mutating func endHinting() { run.endHinting() }
    mutating func noteRetaken() -> Bool { run.noteRetaken() }

    /// Looks at what the VMM does to its memory; see ``PeerWatch/look(at:memory:)``.
    mutating func lookAtPeer(at now: UInt64, memory: UInt64) -> PeerWatch.Change? { peer.look(at: now, memory: memory) }

    // MARK: - Messages

    /// - Returns: how many messages may be taken in a turn of the reactor.
    mutating func messagesLeft(inTurn number: UInt64) -> Int {
        if turn.number != number { turn = MessageTurn(number: number) }
        return turn.left
    }

    mutating func spend(messages: Int) { turn.spend(messages) }

    mutating func beginReceiving() { isReceiving = true }
    mutating func endReceiving() { isReceiving = false }

    mutating func oweInterrupt() { owesInterrupt = true }

    /// - Returns: whether the driver is to be told of a change now.
    mutating func takeOwedInterrupt() -> Bool {
        defer { owesInterrupt = false }
        return owesInterrupt
    }

    // MARK: - Queues

    func role(of queue: Int) -> QueueRole? { queues.assignment.role(of: queue) }
    func queue(for role: QueueRole) -> Int? { queues.assignment.queue(for: role) }

    mutating func assign(_ negotiated: BalloonFeatures, configured: UInt32) {
        queues.assign(negotiated, configured: configured)
    }

    mutating func wait(_ queue: Int) { queues.wait(queue) }
    mutating func noteKick() { queues.noteKick() }
    mutating func takeWaiting() -> UInt32 { queues.takeWaiting() }
    mutating func takeKick() -> Bool { queues.takeKick() }

    /// Whether the kick of a queue is watched before all others; `nil`: it is not watched.
    func isUrgent(_ queue: Int) -> Bool? { kicks.isUrgent(queue) }

    /// Watches the kick of a queue that is active, the deflate queue's before all others.
    mutating func watch(_ queue: Int) {
        guard door.isActive(queue), let kick = door.kickDescriptor(queue) else { return unwatch(queue) }
        do throws(SystemError) {
            try kicks.watch(queue, kick, isUrgent: role(of: queue) == .deflate)
        } catch {
            door.fail(queue, "its kick cannot be watched: \(error)")
        }
    }

    mutating func unwatch(_ queue: Int) { kicks.forget(queue) }

    /// Whether a queue is at a request.
    func isBegun(_ queue: Int) -> Bool { queues.work[queue].isBegun }

    /// Takes the next chain of a queue.
    mutating func next(_ queue: Int) throws(QueueFault) -> NextChain {
        let next = try door.next(queue, into: &queues.work[queue].chain)
        if case .chain = next { queues.work[queue].begin() }
        return next
    }

    /// Takes a step of the request at hand.
    mutating func inflate(
        _ queue: Int, _ device: inout BalloonDevice, _ sink: inout FileDiscardSink
    ) -> BalloonDevice.Step {
        queues.work[queue].inflate(&device, &sink)
    }

    /// Takes a step of the request at hand.
    mutating func deflate(
        _ queue: Int, _ device: inout BalloonDevice, _ sink: inout FileDiscardSink
    ) -> BalloonDevice.Step {
        queues.work[queue].deflate(&device, &sink)
    }

    /// Takes a step of the request at hand.
    ///
    /// - Returns: whether that was the last one.
    mutating func report(_ queue: Int, _ device: inout BalloonDevice, _ sink: inout FileDiscardSink) -> Bool {
        queues.work[queue].report(&device, &sink)
    }

    /// Takes the request at hand as hints.
    ///
    /// - Returns: whether the driver has given all of them.
    mutating func hint(_ queue: Int, _ device: inout BalloonDevice, _ memory: MemoryTable) -> Bool {
        device.hint(queues.work[queue].chain, memory: memory)
    }

    /// Takes the request at hand as statistics, whose buffer is kept.
    mutating func takeStatistics(
        _ queue: Int, _ device: inout BalloonDevice, _ memory: MemoryTable
    ) -> StatisticsExchange.Arrival {
        queues.work[queue].keep()
        let (arrival, surplus) = device.takeStatistics(queues.work[queue].chain, memory: memory)
        if let surplus { door.complete(queue, head: surplus) }
        return arrival
    }

    /// Returns the chain at hand, and tells the driver if it wants to know.
    mutating func complete(_ queue: Int) {
        let head = queues.work[queue].end()
        door.complete(queue, head: head)
    }

    /// The driver stopped.
    ///
    /// - Parameter keepsStatistics: its buffer for statistics is held.
    mutating func driverStopped(keepsStatistics: Bool) {
        if let queue = queue(for: .statistics) { queues.work[queue].stop(keepsBuffer: keepsStatistics) }
        // That is what was waited for.
        _ = run.endLeaving()
        run.endHinting()
    }

    /// Gives up what a queue is at, since its ring is stopped.
    ///
    /// - Returns: how many chains were taken and not returned.
    mutating func giveUp(_ queue: Int) -> UInt16 { queues.work[queue].giveUp() }
}
