/// A request of the driver: the buffers of one descriptor chain, checked and copied out of the ring.
///
/// It is filled by ``DeviceQueue/next(from:into:)`` and meant to be used again: it allocates only until it has grown to
/// the longest chain of its queue.
public struct DescriptorChain: Equatable, Sendable {
    /// One buffer in guest memory.
    public struct Buffer: Equatable, Sendable {
        /// Guest-physical address: the driver's claim.
        public var address: UInt64
        /// Bytes.
        public var length: UInt32
        /// Whether the device writes here; otherwise it reads.
        public var isDeviceWritable: Bool

        /// A buffer of `length` bytes.
        public init(address: UInt64, length: UInt32, isDeviceWritable: Bool) {
            self.address = address
            self.length = length
            self.isDeviceWritable = isDeviceWritable
        }
    }

    /// What names the chain when it is returned: its first descriptor's index in a split ring, its buffer id in a
    /// packed one.
    public internal(set) var head: UInt16 = 0
    /// The buffers in the driver's order: first those that the device reads, then those that it may write.
    public internal(set) var buffers: [Buffer] = []

    /// An empty chain, to be filled by a queue.
    public init() {}

    /// A chain as a queue would have filled it.
    public init(head: UInt16, buffers: [Buffer]) {
        self.head = head
        self.buffers = buffers
    }

    mutating func start(head: UInt16) {
        self.head = head
        buffers.removeAll(keepingCapacity: true)
    }

    /// A packed ring names a chain at its end.
    mutating func name(head: UInt16) { self.head = head }
}

/// Why a chain was refused. It is returned to the driver all the same.
public enum ChainFault: Error, Equatable, Sendable {
    /// `next` points outside the table.
    case nextOutsideTable
    /// More descriptors than the queue has, which a loop has too.
    case tooLong
    /// An indirect table, though INDIRECT_DESC was not accepted.
    case indirectNotNegotiated
    /// An indirect table within an indirect table, or one that goes on with `next`.
    case nestedIndirect
    /// A table of zero bytes, or not of a multiple of 16 bytes, or longer than the queue.
    case badIndirectSize
    /// The indirect table does not lie in guest memory.
    case indirectOutsideMemory
    /// A buffer to be read after one to be written.
    case readableAfterWritable
    /// The buffers together have more than 2^32 bytes.
    case tooManyBytes
}

/// Why a queue cannot go on. Nothing of it can be trusted until the driver sets it up again.
public enum QueueFault: Error, Equatable, Sendable {
    /// `avail.idx` is further ahead than the queue is long, or more is in flight than a packed ring holds.
    case availableIndexJumped
    /// A head outside the descriptor table, or a buffer id as large: there is nothing that could be returned.
    case headOutsideTable
    /// A buffer id of a packed ring that is in flight already.
    case headTwice
    /// 0 or above 32768, or in a split ring not a power of two.
    case badSize
    /// A place to go on at that is not in a packed ring.
    case badPosition
    /// A part of the ring is not aligned as §2.7 or §2.8 wants it.
    case misaligned
    /// The memory file was truncated under the ring.
    case ringLost
}
