public import Balloon
public import Virtio

/// The driver of a memory balloon (VIRTIO 1.4 §5.5): what a guest's kernel or unikernel runs.
///
/// One thread at a time, or with interrupts masked. It allocates nothing after it was made, and every wait has a
/// bound. The system calls ``start(_:)`` once, ``work(_:)`` on each interrupt and whenever ``DriverActivity`` says so,
/// and ``relieve(pages:_:)`` from its ``OOMChain``.
///
/// Nothing that the device writes makes it trap: what breaks a rule is a ``DriverError``, after which the device is
/// not touched until ``recover(_:)``.
public struct BalloonDriver<Transport: DriverTransport & ~Copyable, Clock: DriverClock & ~Copyable>: ~Copyable {
    typealias Queue = DriverQueue<128>

    /// How the driver behaves, with every number in its range.
    public let configuration: DriverConfiguration
    /// How the driver reaches its device.
    public var transport: Transport
    /// The time that the driver goes by.
    public var clock: Clock
    let memory: DriverMemory

    /// What the driver is about: stopped, running, or failed.
    public internal(set) var state = DriverState.stopped
    /// Where the balloon stands, for people.
    public internal(set) var condition = DriverCondition.stopped
    /// Why the driver gave up last, also after it has recovered.
    public internal(set) var lastError: DriverError?
    /// What the device and we agreed on. Empty until the first start.
    public internal(set) var negotiated: BalloonFeatures = []
    /// Whether EVENT_IDX was agreed.
    public internal(set) var usesEventIndex = false
    /// Whether INDIRECT_DESC was agreed.
    public internal(set) var usesIndirect = false
    /// Which rings are in use.
    public internal(set) var ringKind = RingKind.split
    /// What the driver has done since it was made.
    public internal(set) var counters = DriverCounters()
    /// `num_pages` as last read: how many pages the device wants.
    public internal(set) var target: UInt32 = 0

    /// Pages whose inflation was acknowledged and which are in no message.
    var held: PageSet
    var slots: MessageSlots
    /// Pages in messages on the inflate queue.
    var inflatingPages = 0
    /// Pages in messages on the deflate queue that are not ours yet.
    var deflatingPages = 0
    /// By role.
    var queues: InlineArray<5, Queue?>
    var queueNumbers = InlineArray<5, Int>(repeating: 0)

    var lastActual: UInt32 = 0
    var lastActualTime: UInt64 = 0
    var retryTime: UInt64?
    var configurationIsStale = false

    var isRelieving = false
    /// An OOM call gave pages back, and the device has not spoken since.
    var isHeldOff = false
    /// The same, until the target is reached again.
    var wasShort = false
    var lastRelief: UInt64?
    var relief = 0
    /// Pages given back to the system, ever.
    var freedPages = 0

    var statisticsSubset: BalloonStatistics?
    var hinting: HintingState
    var reporting = ReportingState()

    /// A driver that is stopped, with an empty balloon.
    ///
    /// - Parameters:
    ///   - transport: how it reaches its device.
    ///   - clock: the time that it goes by.
    ///   - memory: what it works in; see ``DriverMemory``.
    ///   - configuration: how it behaves; numbers out of range are brought into it.
    ///   - frames: all pages that the system's ``PageSource`` can give, below page frame number 2^32.
    /// - Throws: ``DriverError/workspaceTooSmall`` if `memory` is too small or not aligned, or `frames` too far up.
    public init(
        transport: consuming Transport, clock: consuming Clock, memory: DriverMemory,
        configuration: DriverConfiguration = DriverConfiguration(), frames: PageRun
    ) throws(DriverError) {
        let clamped = configuration.clamped
        let messageBytes = MessageSlots.bytes(perMessage: clamped.pagesPerMessage, count: clamped.messages)
        guard let messages = memory.messages(clamped), memory.shared.address % 4096 == 0,
            UInt(bitPattern: memory.shared.base) % 16 == 0, let own = memory.own.baseAddress,
            UInt(bitPattern: own) % 16 == 0, frames.count <= 1 << 32, frames.start <= 1 << 32,
            memory.own.count >= DriverMemory.ownBytes(clamped, frames: frames)
        else { throw .workspaceTooSmall }
        let setOffset = (messageBytes + 15) / 16 * 16
        let hintOffset = (setOffset + PageSet.bytes(pages: frames.count) + 15) / 16 * 16
        let numbers = UnsafeMutableRawBufferPointer(rebasing: memory.own[..<messageBytes])
        let bitmap = UnsafeMutableRawBufferPointer(rebasing: memory.own[setOffset..<hintOffset])
        let hinted = UnsafeMutableRawBufferPointer(start: own + hintOffset, count: memory.own.count - hintOffset)
        self.configuration = clamped
        self.transport = transport
        self.clock = clock
        self.memory = memory
        held = PageSet(range: frames, storage: bitmap)
        slots = MessageSlots(
            perMessage: clamped.pagesPerMessage, count: clamped.messages, shared: messages,
            numbers: numbers.bindMemory(to: UInt32.self))
        queues = InlineArray { _ in nil }
        hinting = HintingState(blocks: hinted.bindMemory(to: PageRun.self))
    }

    /// Pages of 4 KiB that are not the system's now: in the balloon, or on the way in or out.
    public var pages: Int { held.count + inflatingPages + deflatingPages }
    /// Pages whose inflation the device has acknowledged, and which were not asked back.
    public var heldPages: Int { held.count }
    /// Messages that the device has not answered.
    public var messagesInFlight: Int { slots.inflating + slots.deflating }

    /// Whether a page is in the balloon and in no message.
    public func holds(_ page: UInt32) -> Bool { held.contains(UInt64(page)) }

    // MARK: - Queues

    mutating func next(_ role: QueueRole) throws(DriverError) -> Queue.Completion? {
        do throws(UsedFault) {
            guard let done = try queues[role.rawValue]?.next() else { return nil }
            if done.claimsTooMuch { counters.wrongLengths += 1 }
            return done
        } catch {
            throw .queue(role, error)
        }
    }

    /// Lets the device see what was added to a queue.
    mutating func kick(_ role: QueueRole) {
        if queues[role.rawValue]?.publish() == true { transport.notify(queueNumbers[role.rawValue]) }
    }

    /// Chains of one buffer that a queue has room for.
    mutating func room(_ role: QueueRole) -> Int {
        // Not `?? 0`, and not in a method that only reads: the compiler (6.3.1) crashes on both.
        if let free = queues[role.rawValue]?.freeDescriptors { return free }
        return 0
    }

    /// Adds a chain of one buffer.
    mutating func add(_ role: QueueRole, _ buffer: DescriptorChain.Buffer, token: Int) -> Bool {
        do throws(AddFault) {
            guard queues[role.rawValue] != nil else { return false }
            try queues[role.rawValue]?.add(buffer, token: UInt16(truncatingIfNeeded: token))
            return true
        } catch {
            return false
        }
    }

    /// Asks for interrupts of all queues. Of several messages half may come back before the guest is disturbed: the
    /// device has the others to go on with.
    ///
    /// - Returns: whether something came in meanwhile.
    mutating func rearm() -> Bool {
        var hasMore = false
        for role in QueueRole.allCases {
            let some =
                switch role {
                case .inflate: (slots.inflating + 1) / 2
                case .deflate: (slots.deflating + 1) / 2
                case .statistics, .freePageHint, .reporting: 1
                }
            if queues[role.rawValue]?.rearm(after: some) == true { hasMore = true }
        }
        return hasMore
    }

    /// Takes back what the device has answered.
    mutating func reap(_ pages: inout some PageSource & ~Copyable) throws(DriverError) -> Bool {
        var something = false
        while let done = try next(.inflate) {
            finishInflation(Int(done.token), &pages)
            something = true
        }
        while let done = try next(.deflate) {
            finishDeflation(Int(done.token), &pages)
            something = true
        }
        while try next(.statistics) != nil {
            sendStatistics(pages)
            something = true
        }
        while let done = try next(.freePageHint) {
            finishHint(Int(done.token))
            something = true
        }
        while try next(.reporting) != nil {
            finishReport(&pages, wasReported: true)
            something = true
        }
        return something
    }
}
