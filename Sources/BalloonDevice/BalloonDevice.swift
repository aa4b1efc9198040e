public import Balloon

/// The balloon device as a state machine: requests of the driver in; discards and answers out.
///
/// It does no I/O and knows no clock and no transport. One thread at a time. Every number that the guest sends is
/// bounded by what the device counted itself.
public struct BalloonDevice: ~Copyable, Sendable {
    /// What the driver may accept, device bits only.
    public let offered: BalloonFeatures
    /// What the driver accepted. Empty until it did.
    public private(set) var negotiated: BalloonFeatures = []
    /// DRIVER_OK: the driver runs.
    public private(set) var isRunning = false
    /// The configuration space, as the driver reads it.
    public private(set) var configuration = BalloonConfiguration()
    /// Pages that the guest has given, counted from the queues.
    public internal(set) var held = PageBitmap()
    /// Those of the held pages that the host cannot have yet: they lie in blocks (huge pages) that are not held whole.
    public internal(set) var partialPages: UInt64 = 0
    /// What the device has counted since it was made.
    public internal(set) var counters = DeviceCounters()
    /// Features that the driver was seen to use.
    public internal(set) var seen: BalloonFeatures = []
    /// The state of the statistics queue, and the newest set.
    public internal(set) var statistics = StatisticsExchange()
    /// The state of free page hinting.
    public internal(set) var hinting = FreePageHinting()

    var layout = GuestLayout()
    /// Which deflations were asked for.
    var askedFor = AskedFor()

    /// A device without memory whose driver does not run; see ``setLayout(_:)`` and ``startFresh()``.
    ///
    /// - Parameter features: what the driver may accept.
    public init(offering features: BalloonFeatures) {
        offered = features
    }

    // MARK: - Numbers

    /// `num_pages`: pages that we ask for.
    public var target: UInt32 { configuration.numPages }
    /// `actual`: pages that the guest says it gave.
    public var reported: UInt32 { configuration.actual }

    /// Asks for another size, in pages. The caller tells the driver by a configuration change.
    public mutating func setTarget(_ pages: UInt32) {
        askedFor.noteSet(pages, held: held.count)
        configuration.numPages = pages
    }

    /// Memory came, went, or was laid out anew. Held pages that are no memory any more are forgotten.
    public mutating func setLayout(_ layout: GuestLayout) {
        self.layout = layout
        var gap: UInt64 = 0
        for region in layout.memory {
            if region.start > gap { _ = held.remove(PageRun(start: gap, count: region.start - gap)) }
            gap = region.end
        }
        held.removeAll(from: gap)
        countPartialPages()
    }

    // MARK: - Life of a driver

    /// The driver accepted features. Bits that were never offered are dropped.
    public mutating func negotiate(_ features: BalloonFeatures) {
        negotiated = features.intersection(offered)
    }

    /// A driver that starts with an empty balloon: after a reset, a reboot, a reload (spec: `actual` is zero).
    public mutating func startFresh() {
        held.removeAll()
        partialPages = 0
        configuration.actual = 0
        askedFor = AskedFor()
        statistics.reset()
        hinting.reset()
        configuration.freePageHintCommandID = FreePageHinting.stop
        isRunning = true
    }

    /// The same driver goes on: the virtual machine was paused.
    public mutating func resume() {
        isRunning = true
        statistics.bufferIsGone()
    }

    /// The driver may not use its queues any more. Whether it is gone or only paused shows at the next start.
    public mutating func stop() {
        isRunning = false
        statistics.bufferIsGone()
    }

    /// The driver was reset before anything of a new one is known: its features and its poison value are void.
    public mutating func forgetDriver() {
        negotiated = []
        seen = []
        configuration.poisonValue = 0
    }

    // MARK: - Configuration space

    /// The driver reads `buffer.count` bytes at `offset`; bytes behind the structure are zero.
    public mutating func readConfiguration(offset: Int, into buffer: UnsafeMutableRawBufferPointer) {
        if offset < BalloonConfiguration.Offset.actual { askedFor.noteRead(configuration.numPages) }
        for index in buffer.indices {
            buffer[index] = configuration[byte: offset &+ index]
        }
    }

    /// The driver writes. Only `actual` counts, in pieces of any size, and `poison_val` before DRIVER_OK (spec D35,
    /// D36); `num_pages` and the command id are ours, and what a VMM sends for them may be stale.
    public mutating func writeConfiguration(offset: Int, bytes: UnsafeRawBufferPointer) {
        typealias Offset = BalloonConfiguration.Offset
        if let actual = BalloonConfiguration.overlay(
            configuration.actual, at: Offset.actual, with: bytes, writtenAt: offset)
        {
            configuration.actual = actual
            askedFor.noteReport()
        }
        guard !isRunning, offered.contains(.pagePoison) else { return }
        if let poison = BalloonConfiguration.overlay(
            configuration.poisonValue, at: Offset.poisonValue, with: bytes, writtenAt: offset)
        {
            configuration.poisonValue = poison
            if poison != 0 { seen.insert(.pagePoison) }
        }
    }

    /// Whether reported and hinted pages read as the guest expects after a discard, which leaves zeros (spec V14).
    var discardKeepsPoison: Bool {
        !negotiated.contains(.pagePoison) || configuration.poisonValue == 0
    }

    /// The command id of free page hinting changed; the caller tells the driver.
    mutating func setCommandID(_ id: UInt32) {
        configuration.freePageHintCommandID = id
    }
}
