internal import Balloon
internal import Linux
public import VhostUser
internal import Virtio

/// A simulated guest that lives with its balloon as Linux does: it follows its target message by message, answers requests
/// for statistics, and takes pages back unasked when it is told to. Its memory is never touched.
///
/// On one thread at a time.
public final class TenantGuest {
    /// What it says of itself with an empty balloon, in bytes; what is in the balloon is subtracted.
    public struct Memory: Sendable {
        public var available: UInt64
        public var free: UInt64
        public var majorFaults: UInt64 = 0

        public init(available: UInt64, free: UInt64? = nil) {
            self.available = available
            self.free = free ?? available
        }
    }

    public let size: UInt64
    /// What it says of itself; may be changed at any time.
    public var memory: Memory
    /// Bytes that it says it has; all of ``size`` unless it is told otherwise.
    public var total: UInt64
    /// Pages in the balloon.
    public private(set) var held: UInt32 = 0
    /// `num_pages`, as read last.
    public private(set) var target: UInt32 = 0
    /// Whether it refuses to give pages when it is asked.
    public var isStubborn = false
    /// How often it has sent statistics.
    public private(set) var answers = 0

    /// Whether it was told of a target that it has not read yet.
    private var isTold = false
    private let front: VhostUserFrontEnd
    private let pages: FrontEndMemory
    private let inflate: FrontEndDriver
    private let deflate: FrontEndDriver
    private let statistics: FrontEndDriver
    private let patience: UInt64

    private static let queueSize: UInt16 = 16
    private static let firstPage: UInt32 = 1024
    private static let rings: UInt64 = 0x8_0000
    /// Pages of one message, as Linux sends them.
    public static let batch: UInt32 = 256

    /// Connects, sets DRIVER_OK and gives its first statistics.
    ///
    /// - Parameters:
    ///   - size: bytes of guest memory; at least 8 MiB.
    ///   - total: bytes that it says it has; `nil`: all.
    ///   - patience: how long the device may take for anything (ns).
    public init(
        path: String, size: UInt64, memory: Memory, total: UInt64? = nil, patience: UInt64 = 10_000_000_000
    ) throws(FrontEndError) {
        self.size = size
        self.memory = memory
        self.total = total ?? size
        self.patience = patience
        front = try VhostUserFrontEnd(path: path, patience: patience)
        try front.open()
        pages = try FrontEndMemory(size: size, low: min(size, 2 << 30))
        let features = VirtioFeatures.version1 | Self.features.rawValue
        inflate = try Self.driver(0, pages)
        deflate = try Self.driver(1, pages)
        statistics = try Self.driver(2, pages)
        try front.start(
            features: features & front.offeredFeatures, memory: pages,
            queues: [inflate.queue, deflate.queue, statistics.queue])
        try offerStatistics()
        try readTarget()
    }

    private static let features: BalloonFeatures = [.mustTellHost, .statistics, .deflateOnOOM]

    private static func driver(_ index: UInt64, _ memory: FrontEndMemory) throws(FrontEndError) -> FrontEndDriver {
        try FrontEndDriver(
            memory, at: rings + index * FrontEndDriver.footprint, size: queueSize, usesEventIndex: false)
    }

    /// What becomes readable when the device wants something: its requests, and the statistics queue's calls.
    public var descriptors: [CInt] {
        [statistics.queue.call.descriptor.raw] + (front.requestDescriptor.map { [$0] } ?? [])
    }

    /// Takes what the device has said, without waiting and without answering.
    ///
    /// - Returns: whether it told of another target.
    public func hear() throws(FrontEndError) -> Bool {
        var isNew = false
        while try front.awaitConfigurationChange(within: 0) { isNew = true }
        isTold = isTold || isNew
        _ = statistics.queue.call.drain()
        return isNew
    }

    /// Takes what the device has said, and answers it, without waiting.
    private func look() throws(FrontEndError) {
        _ = try hear()
        if isTold {
            isTold = false
            try readTarget()
        }
        if try statistics.next() != nil { try offerStatistics() }
    }

    /// Takes what the device has said, and follows the target until it is reached.
    ///
    /// - Returns: whether there was anything to do.
    @discardableResult
    public func work() throws(FrontEndError) -> Bool {
        let before = (target, held)
        try look()
        while held != target, !(isStubborn && held < target) {
            if held < target {
                try give(min(Self.batch, target - held))
            } else {
                try take(min(Self.batch, held - target))
            }
            try look()
        }
        return before != (target, held)
    }

    /// Puts pages into the balloon, and writes `actual`.
    private func give(_ count: UInt32) throws(FrontEndError) {
        try send(Self.firstPage + held, count, inflate)
        held += count
        try writeActual()
    }

    /// Takes pages out of the balloon, newest first, and writes `actual`.
    ///
    /// - Parameter before: called when the message lies in the queue, just before the device is told.
    public func take(_ count: UInt32, before: () -> Void = {}) throws(FrontEndError) {
        let count = min(count, held)
        guard count > 0 else { return }
        try send(Self.firstPage + held - count, count, deflate, before: before)
        held -= count
        try writeActual()
    }

    private func writeActual() throws(FrontEndError) {
        var bytes: [UInt8] = []
        for word in [target, held, 0, 0] as [UInt32] { withUnsafeBytes(of: word.littleEndian) { bytes += $0 } }
        try front.writeConfiguration(bytes)
    }

    private func readTarget() throws(FrontEndError) {
        let bytes = try front.readConfiguration(count: 4)
        target = bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
        target = min(target, UInt32(clamping: size >> 12) - Self.firstPage)
    }

    /// Disconnects, as a machine that is turned off.
    public func leave() {
        // A back-end that cannot be told any more need not be told.
        try? front.hangUp()
    }

    // MARK: - Queues

    private func send(
        _ first: UInt32, _ count: UInt32, _ driver: FrontEndDriver, before: () -> Void = {}
    ) throws(FrontEndError) {
        let array = try pages.pointer(to: driver.buffer, count: Int(count) * 4)
        for index in 0..<count {
            let page = first + count - 1 - index
            array.storeBytes(of: page.littleEndian, toByteOffset: 4 * Int(index), as: UInt32.self)
        }
        let deadline = MonotonicClock.now() &+ patience
        _ = driver.queue.call.drain()
        try driver.add(.init(address: driver.buffer, length: count * 4, isDeviceWritable: false))
        _ = driver.publish()
        before()
        driver.queue.kick.signal()
        guard try driver.awaitNext(until: deadline) != nil else { throw .noAnswer(to: .setVringKick) }
    }

    private func offerStatistics() throws(FrontEndError) {
        let balloon = UInt64(held) << 12
        let values: [(StatisticsTag, UInt64)] = [
            (.availableMemory, memory.available > balloon ? memory.available - balloon : 0),
            (.freeMemory, memory.free > balloon ? memory.free - balloon : 0), (.totalMemory, total),
            (.majorFaults, memory.majorFaults), (.swapIn, 0),
        ]
        let bytes = try pages.pointer(to: statistics.buffer, count: values.count * 10)
        for (index, (tag, value)) in values.enumerated() {
            bytes.storeBytes(of: tag.rawValue.littleEndian, toByteOffset: 10 * index, as: UInt16.self)
            bytes.storeBytes(of: value.littleEndian, toByteOffset: 10 * index + 2, as: UInt64.self)
        }
        try statistics.add(
            .init(address: statistics.buffer, length: UInt32(values.count * 10), isDeviceWritable: false))
        _ = statistics.publish()
        statistics.queue.kick.signal()
        answers += 1
    }
}
