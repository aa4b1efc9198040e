internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI
internal import HostMemory
internal import Linux
internal import Virtio

/// One guest: its socket, its device, and the arbiter that steers it. Lives on the reactor's thread.
final class Guest {
    /// An answer to a request for statistics takes longer only where the guest is in trouble.
    static let statisticsPatience: UInt64 = 3_000_000_000

    let configuration: GuestConfiguration
    let index: Int
    unowned let reactor: ReactorState
    let log: EventLog
    let listener: UnixListener
    /// When to look for connections again, after one could not be taken (ns).
    var listenAgainAt: UInt64?
    /// Connections in a row that ended before a driver ran.
    var failedConnections = 0

    var device: BalloonDevice
    var sink: FileDiscardSink
    /// What is pending is being discarded on this thread; the guest's own queues wait.
    var isFlushing = false
    /// Bytes that could not be given back, before the driver started.
    var failedBefore: UInt64 = 0
    var backend: Door?
    var assignment = QueueAssignment(negotiated: [], configured: 0)
    /// Where each queue's kick is watched, by descriptor.
    var watched = [KickWatch?](repeating: nil, count: Door.mostQueues)
    var work = [QueueWork](repeating: QueueWork(), count: Door.mostQueues)

    /// Queues, as bits, that are looked at when this guest's turn comes.
    var waiting: UInt32 = 0
    /// One of them was kicked.
    var wasKicked = false

    var arbiter: Steering
    var request: SizeRequest?
    /// Pages taken back unasked, until the driver's next write of `actual` shows whether it is short of memory or only
    /// leaving.
    var unconfirmed: UInt64 = 0
    var unconfirmedMessages = 0
    /// When the first of them was seen (ns).
    var unconfirmedSince: UInt64 = 0

    /// Messages are being taken: what is said to the VMM meanwhile must not take further ones.
    var isReceiving = false
    /// Messages that the VMM may still send in the reactor's turn at hand.
    var messagesLeft = 0
    var messageTurn: UInt64 = 0
    /// The driver is to be told of a configuration change as soon as all messages are taken.
    var owesInterrupt = false
    /// A request has come since the driver started: its rings lie where we look.
    var hasSeenRequest = false

    // Statistics.
    /// Nanoseconds between requests; 0: none.
    var statisticsInterval: UInt64
    var nextStatistics: UInt64?
    /// When the request that is out counts as not answered.
    var statisticsDeadline: UInt64?
    /// Ask as soon as the driver has given its buffer.
    var wantsStatistics = false
    var isAnswering: Bool?
    var statisticsArrivedAt: UInt64?
    var statisticsTimestamp: String?
    /// Pages held when the newest set arrived.
    var statisticsHeld: UInt64?
    var statisticsWaiters: [() -> Void] = []

    /// Targets that are not told of yet.
    var targets = TargetSeries()
    var alarms: UInt64 = 0
    var configInterrupts: UInt64 = 0
    var badChains: UInt64 = 0
    var problems: [String] = []
    /// Set once the driver is seen to run; a pause keeps it.
    var wasStarted = false
    /// A statistics buffer was held when the driver stopped: its queue goes on with that buffer.
    var stoppedWithStatistics = false

    struct KickWatch {
        let descriptor: CInt
        let isUrgent: Bool
    }

    init(
        configuration: GuestConfiguration, index: Int, reactor: ReactorState, log: EventLog, seat: Seat? = nil
    ) throws {
        self.configuration = configuration
        self.index = index
        self.reactor = reactor
        self.log = log
        listener = try UnixSocketPath(configuration.socket).listen()
        device = BalloonDevice(offering: Guest.features(of: configuration))
        arbiter = Steering(seat: seat)
        sink = FileDiscardSink(discards: reactor.discards, populates: configuration.populateOnDeflate)
        statisticsInterval = UInt64(Swift.max(0, configuration.statisticsIntervalSeconds) * 1e9)
        if seat != nil, statisticsInterval == 0 { statisticsInterval = HostArbiter.statisticsInterval.nanoseconds }
        request = configuration.requested
        try reactor.main.add(listener.descriptor.raw, token: Token.of(guest: index, .listener))
    }

    private static func features(of configuration: GuestConfiguration) -> BalloonFeatures {
        var features: BalloonFeatures = [.mustTellHost, .statistics]
        if configuration.deflateOnOOM { features.insert(.deflateOnOOM) }
        if configuration.freePageHint { features.insert(.freePageHint) }
        if configuration.pagePoison { features.insert(.pagePoison) }
        if configuration.freePageReporting { features.insert(.pageReporting) }
        return features
    }

    /// Bytes of guest memory: what the VMM shares, and before it is connected what was configured.
    var max: UInt64? {
        let shared = sink.table.span
        return shared > 0 ? shared : configuration.max?.bytes
    }

    // MARK: - Time

    /// When ``fire(at:)`` is due (ns); `nil`: never.
    var deadline: UInt64? {
        let first = Swift.min(
            Swift.min(arbiter.wakeAt ?? .max, statisticsDeadline ?? .max, targets.deadline ?? .max),
            Swift.min(nextStatistics ?? .max, listenAgainAt ?? .max))
        return first < .max ? first : nil
    }

    func fire(at now: UInt64) {
        if let due = listenAgainAt, due <= now { listenAgain() }
        if let due = statisticsDeadline, due <= now { statisticsTimedOut() }
        if let due = nextStatistics, due <= now {
            nextStatistics = now + statisticsInterval
            requestStatistics()
        }
        if let due = arbiter.wakeAt, due <= now { tell(.wake) }
        if let due = targets.deadline, due <= now { sayTargets(at: now) }
    }

    // MARK: - Saying what is

    func say(_ kind: Event.Kind, _ message: String, _ numbers: [String: UInt64] = [:]) {
        if kind != .target { sayTargets(at: MonotonicClock.now()) }
        log.append(guest: configuration.name, kind: kind, message: message, numbers: numbers)
    }

    /// A thing that is wrong: said once, and shown until the VMM connects again.
    func complain(_ problem: String) {
        guard !problems.contains(problem), problems.count < 16 else { return }
        problems.append(problem)
        say(.problem, problem)
    }
}
