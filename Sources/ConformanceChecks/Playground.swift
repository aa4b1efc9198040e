/// Where in guest memory the checks may play, by guest-physical address or page frame number.
public struct Playground: Sendable {
    /// ``ringBytes`` bytes for rings and buffers, aligned to 4096.
    public var rings: UInt64
    /// The first of ``pageCount`` pages for the balloon, a multiple of 512.
    public var firstPage: UInt32
    /// The first page frame behind memory, or behind its first part.
    public var hole: UInt32
    /// Pages above the hole for the balloon, where there are any: 2 MiB, aligned to as much.
    public var high: Range<UInt32>?
    /// The first page frame behind all memory.
    public var end: UInt32
    /// Guest-physical address of memory for huge arrays.
    public var bulk: UInt64
    /// Bytes of that memory.
    public var bulkLength: UInt32

    /// Bytes that five rings take with their buffers.
    public static let ringBytes = 5 * CheckSize.footprint
    /// Pages of 4 KiB that the checks give to the balloon.
    public static let pageCount: UInt32 = 1536

    /// A playground; each argument is described at the property of its name.
    public init(
        rings: UInt64, firstPage: UInt32, hole: UInt32, high: Range<UInt32>?, end: UInt32, bulk: UInt64,
        bulkLength: UInt32
    ) {
        self.rings = rings
        self.firstPage = firstPage
        self.hole = hole
        self.high = high
        self.end = end
        self.bulk = bulk
        self.bulkLength = bulkLength
    }

    /// 2 MiB, and as much again.
    var pages: Range<UInt32> { firstPage..<firstPage + 512 }
    var otherPages: Range<UInt32> { firstPage + 512..<firstPage + 1024 }
    /// Some more, one by one.
    func page(_ index: UInt32) -> UInt32 { firstPage + 1024 + index }
}

/// Sizes of a check's rings.
package enum CheckSize {
    /// The most entries of a queue.
    package static var queue: UInt16 { 128 }
    /// Bytes of guest memory that a ring takes, with its buffer.
    package static var footprint: UInt64 { 0x2_0000 }
    package static var buffer: UInt64 { 0x1_0000 }
}
