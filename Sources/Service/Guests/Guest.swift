internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI
internal import HostMemory
internal import HostSignals
internal import Linux
internal import Virtio

/// One guest whose balloon we serve: its socket, its device, and what steers it. Lives on the reactor's thread.
final class Guest {
    let configuration: GuestConfiguration
    /// Its number at the reactor.
    let index: Int
    unowned let reactor: ReactorState
    var entrance: Entrance
    /// `nil`: no VMM is connected.
    var connection: Connection?

    var device: BalloonDevice
    var sink: FileDiscardSink
    /// What is pending is being discarded on this thread; the guest's own queues wait.
    private(set) var isFlushing = false

    /// What decides about the balloon, and tells of it.
    var steering: Steering
    var tally = GuestTally()
    /// When the host is asked what it spends on the guest.
    private var spending = SpendingLook()

    init(
        configuration: GuestConfiguration, index: Int, reactor: ReactorState, log: EventLog, seat: Seat? = nil
    ) throws {
        self.configuration = configuration
        self.index = index
        self.reactor = reactor
        device = BalloonDevice(offering: Guest.features(of: configuration))
        steering = Steering(configuration, seat: seat, pulse: reactor.pulse, log: log)
        sink = FileDiscardSink(discards: reactor.discards)
        entrance = try Entrance(configuration.socket, guest: index, reactor: reactor)
    }

    private static func features(of configuration: GuestConfiguration) -> BalloonFeatures {
        var features: BalloonFeatures = [.mustTellHost, .statistics]
        if configuration.deflateOnOOM { features.insert(.deflateOnOOM) }
        if configuration.freePageHint { features.insert(.freePageHint) }
        if configuration.pagePoison { features.insert(.pagePoison) }
        if configuration.freePageReporting { features.insert(.pageReporting) }
        return features
    }

    /// Bytes of guest memory: what the guest says that it has of what the VMM shares, and before one is connected what was
    /// configured.
    var max: UInt64? { steering.memory.counted?.bytes }

    // MARK: - Time

    /// When ``fire(at:)`` is due (ns, monotonic); `nil`: never.
    var deadline: UInt64? {
        var first = Swift.min(steering.deadline ?? .max, entrance.againAt ?? .max)
        first = Swift.min(first, spending.deadline(isNeeded: needsSpending) ?? .max)
        if let leaving = connection?.run.leaving { first = Swift.min(first, leaving.deadline) }
        if let look = connection?.peer.deadline { first = Swift.min(first, look) }
        if let hinting = connection?.run.hinting { first = Swift.min(first, hinting.deadline) }
        return first < .max ? first : nil
    }

    /// Does what is due.
    func fire(at now: UInt64) {
        entrance.open(at: now)
        endLeaving(at: now)
        endHinting(at: now)
        lookAtPeer(at: now)
        let decision = steering.fire(at: now, held: Pages(device.held.count)) {
            (connection?.door.descriptor).flatMap { PeerProcess(of: $0) }?.look(withMemory: sink.table.span)
        }
        if let decision { carryOut(decision) }
        steering.sayDueTargets(at: now)
        if let due = spending.deadline(isNeeded: needsSpending), due <= now { lookAtSpending(at: now) }
    }

    /// The budget counts with what the host spends on the guest: nobody says how it is, or it says that it has less than its VMM shares.
    private var needsSpending: Bool {
        guard steering.seat != nil, connection != nil else { return false }
        return !device.isRunning || steering.memory.isLess
    }

    private func lookAtSpending(at now: UInt64) {
        steering.note(spent: needsSpending ? spentBytes.map { Pages(bytes: $0) } : nil)
        spending.looked(isNeeded: needsSpending, at: now)
    }

    /// What the host spends on the guest's memory; `nil`: it cannot be seen.
    ///
    /// QEMU tells a vhost-user device of memory only once a driver runs. Until then all that its process has counts.
    private var spentBytes: UInt64? {
        guard sink.table.regions.isEmpty else { return try? sink.table.allocatedBytes() }
        return (connection?.door.descriptor).flatMap { PeerProcess(of: $0)?.memory }
    }

    // MARK: - Connections

    /// Serves a VMM that has connected.
    func connect(_ socket: consuming OwnedDescriptor) throws(SystemError) {
        var features =
            device.offered.rawValue | VirtioFeatures.version1 | VirtioFeatures.eventIndex
            | VirtioFeatures.indirectDescriptors
        if configuration.packed { features |= VirtioFeatures.packedRing }
        connection = try Connection(socket, configuration.door, features: features, guest: index, reactor: reactor)
        steering.machineCame { (connection?.door.descriptor).flatMap { MemoryCgroup(ofPeer: $0) } }
        steering.say(.connected, "a VMM connected")
    }

    /// Ends the connection, and with it the virtual machine.
    ///
    /// - Parameter why: for people.
    func disconnect(_ why: String) {
        guard let hadDriver = connection?.hadDriver else { return }
        driverStopped()
        connection = nil
        steering.machineWent()
        forgetDriver()
        device.setTarget(UInt32(clamping: steering.target.count))
        sink.replaceTable(.init())
        device.setLayout(GuestLayout())
        steering.say(.disconnected, why)
        entrance.connectionEnded(hadDriver: hadDriver)
    }

    /// Ends service.
    func close() {
        flushPending()
        disconnect("the daemon stops")
        entrance.close()
    }

    // MARK: - Memory

    /// Discards all that is pending, here and now. Guests that are out of memory are served in between.
    func flushPending() {
        guard !isFlushing else { return }
        isFlushing = true
        while sink.flushOnePiece() { reactor.serveUrgent() }
        sink.dropPending()
        isFlushing = false
    }

    // MARK: - The interrupt

    /// Tells the driver that the configuration changed.
    ///
    /// QEMU crashes on such a message once its device has stopped. A stop that lies in the socket already is dealt
    /// with first; then the message is not sent.
    func interrupt() {
        connection?.oweInterrupt()
        receiveMessages()
    }

    /// Sends the configuration change that is owed, once the socket holds nothing more.
    func payInterrupt() {
        guard connection?.takeOwedInterrupt() == true, device.isRunning, connection?.door.isStarted == true else {
            return
        }
        if connection?.door.notifyConfigurationChange() == true {
            tally.noteInterrupt()
        } else {
            steering.complain("the guest cannot be told of a target: the VMM gave no way to interrupt it")
        }
    }
}
