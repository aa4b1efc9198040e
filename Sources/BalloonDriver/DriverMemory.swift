public import Balloon
public import Virtio

/// The memory that a driver works in, handed over once: it allocates nothing afterwards.
///
/// One part is shared with the device; the other is the driver's own and must be out of the device's reach where the
/// system can arrange that.
public struct DriverMemory: @unchecked Sendable {
    // Unchecked: it names memory, and its one owner is the driver.
    /// What the device reads and writes: rings, messages, statistics.
    public var shared: SharedArea
    /// What only the driver uses: its account of what is where.
    public var own: UnsafeMutableRawBufferPointer

    /// Names the memory; nothing is written yet.
    ///
    /// - Parameters:
    ///   - shared: ``sharedBytes(_:)`` bytes, aligned to 4096; never given to the balloon.
    ///   - own: ``ownBytes(_:frames:)`` bytes, aligned to 16.
    public init(shared: SharedArea, own: UnsafeMutableRawBufferPointer) {
        self.shared = shared
        self.own = own
    }

    /// The most entries of a queue.
    public static let queueSize: UInt16 = 128
    /// Blocks of one report.
    static let reportBlocks = 32
    /// Blocks that can be hinted at a time.
    static let hintBlocks = 1024
    /// Bytes between the parts of shared memory that are not one message.
    private static let ringBytes = 4096

    /// Bytes of shared memory: five rings, statistics and commands, indirect tables, messages.
    public static func sharedBytes(_ configuration: DriverConfiguration) -> Int {
        let clamped = configuration.clamped
        return messagesOffset + MessageSlots.bytes(perMessage: clamped.pagesPerMessage, count: clamped.messages)
    }

    /// Bytes of private memory: copies of the messages, the set of held pages, hinted blocks.
    public static func ownBytes(_ configuration: DriverConfiguration, frames: PageRun) -> Int {
        let clamped = configuration.clamped
        return MessageSlots.bytes(perMessage: clamped.pagesPerMessage, count: clamped.messages)
            + PageSet.bytes(pages: frames.count) + hintBlocks * MemoryLayout<PageRun>.stride + 32
    }

    /// 256 bytes for one set: ``BalloonStatistics/encodedLimit`` is less.
    static let statisticsOffset = 5 * ringBytes
    /// Four words for commands of hinting.
    static let commandsOffset = statisticsOffset + 256
    static let indirectOffset = statisticsOffset + 512
    private static let messagesOffset = 6 * ringBytes + 2 * ringBytes

    /// Where queue `index` of five has its parts.
    func ring(_ index: Int, _ kind: RingKind, size: UInt16) -> (part: SharedArea, layout: QueueLayout)? {
        guard let part = shared.part(at: index * Self.ringBytes, count: Self.ringBytes) else { return nil }
        let available = kind.tableBytes(size)
        let used = (available + kind.driverBytes(size) + 3) / 4 * 4
        guard used + kind.deviceBytes(size) <= part.count else { return nil }
        let layout = QueueLayout(
            size: size, descriptors: part.address, available: part.address + UInt64(available),
            used: part.address + UInt64(used))
        return (part, layout)
    }

    /// Tables for the reports: one for each of the first heads.
    var indirectTables: SharedArea? {
        shared.part(at: Self.indirectOffset, count: Self.messagesOffset - Self.indirectOffset)
    }

    func messages(_ configuration: DriverConfiguration) -> SharedArea? {
        let bytes = MessageSlots.bytes(perMessage: configuration.pagesPerMessage, count: configuration.messages)
        return shared.part(at: Self.messagesOffset, count: bytes)
    }
}
