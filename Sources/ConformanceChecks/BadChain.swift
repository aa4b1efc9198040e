/// Chains that break a rule, each with its head at 3, for rings of at least 8 entries.
public enum BadChain: CaseIterable, Sendable {
    /// Two descriptors, each of which is the other's next.
    case loop
    /// A descriptor that is its own next.
    case selfLoop
    /// `next` is the size of the ring.
    case nextOutsideTable
    /// A buffer to read after one to write.
    case readableAfterWritable
    /// Two buffers with more than 2^32 bytes together.
    case moreThan4GiB
    /// A buffer of no bytes, then a good one.
    case zeroLength
    /// A page far above all memory.
    case outsideMemory
    /// The last two bytes of the buffer lie in a hole.
    case endsOutsideMemory
    /// An indirect table, where INDIRECT_DESC was not accepted.
    case indirectNotNegotiated
    /// A table of no bytes.
    case indirectEmpty
    /// A table of 17 bytes, where an entry has 16.
    case indirectOddSize
    /// A table of almost 4 GiB.
    case indirectHuge
    /// A table that goes on behind the end of the address space.
    case indirectOutsideMemory
    /// A descriptor with both INDIRECT and NEXT.
    case indirectWithNext
    /// An entry of the table is a table again.
    case indirectNested
    /// `next` of an entry points behind the table.
    case indirectNextOutside
    /// Two entries, each of which is the other's next.
    case indirectLoop

    /// What it is, in words.
    public var name: String {
        switch self {
        case .loop: "a chain that loops"
        case .selfLoop: "a descriptor that is its own next"
        case .nextOutsideTable: "next behind the table"
        case .readableAfterWritable: "a readable descriptor after a writable one"
        case .moreThan4GiB: "a chain of more than 4 GiB"
        case .zeroLength: "a descriptor of length 0"
        case .outsideMemory: "a buffer outside memory"
        case .endsOutsideMemory: "a buffer that ends outside memory"
        case .indirectNotNegotiated: "an indirect table that was not negotiated"
        case .indirectEmpty: "an indirect table of length 0"
        case .indirectOddSize: "an indirect table of 17 bytes"
        case .indirectHuge: "an indirect table of 4 GiB"
        case .indirectOutsideMemory: "an indirect table outside memory"
        case .indirectWithNext: "an indirect descriptor with a next"
        case .indirectNested: "an indirect table in an indirect table"
        case .indirectNextOutside: "next behind an indirect table"
        case .indirectLoop: "an indirect table that loops"
        }
    }

    /// Whether indirect descriptors have to be negotiated for the chain to be what it is.
    public var needsIndirect: Bool {
        switch self {
        case .indirectEmpty, .indirectOddSize, .indirectHuge, .indirectOutsideMemory, .indirectWithNext,
            .indirectNested, .indirectNextOutside, .indirectLoop:
            true
        default: false
        }
    }

    /// Whether the descriptors alone break a rule, wherever memory is.
    public var isMalformed: Bool {
        switch self {
        case .zeroLength, .outsideMemory, .endsOutsideMemory: false
        default: true
        }
    }

    /// Writes its descriptors.
    ///
    /// - Parameters:
    ///   - ring: where the head's descriptor and those after it are written, and tables into its buffer.
    ///   - hole: the first page frame behind a part of memory.
    /// - Throws: what the ring throws, if its memory cannot be reached.
    public func write<Ring: ChainWriter>(in ring: Ring, hole: UInt32) throws(Ring.Failure) {
        let (next, write, indirect): (UInt16, UInt16, UInt16) = (1, 2, 4)
        let (buffer, table) = (ring.buffer, ring.buffer + 0x8000)
        func describe(
            _ index: UInt16, address: UInt64, length: UInt32, flags: UInt16 = 0, next: UInt16 = 0
        ) throws(Ring.Failure) {
            try ring.describe(index, address: address, length: length, flags: flags, next: next)
        }
        func entry(_ index: UInt64, flags: UInt16 = 0, next: UInt16 = 0) throws(Ring.Failure) {
            try ring.describe(at: table + 16 * index, address: buffer, length: 4, flags: flags, next: next)
        }
        switch self {
        case .loop:
            try describe(3, address: buffer, length: 4, flags: next, next: 4)
            try describe(4, address: buffer, length: 4, flags: next, next: 3)
        case .selfLoop: try describe(3, address: buffer, length: 0, flags: next, next: 3)
        case .nextOutsideTable: try describe(3, address: buffer, length: 4, flags: next, next: ring.size)
        case .readableAfterWritable:
            try describe(3, address: buffer, length: 4, flags: next | write, next: 4)
            try describe(4, address: buffer, length: 4)
        case .moreThan4GiB:
            try describe(3, address: buffer, length: .max, flags: next, next: 4)
            try describe(4, address: buffer, length: 2)
        case .zeroLength:
            try describe(3, address: buffer, length: 0, flags: next, next: 4)
            try describe(4, address: buffer, length: 4)
        case .outsideMemory: try describe(3, address: 1 << 52, length: 4096)
        case .endsOutsideMemory: try describe(3, address: (UInt64(hole) << 12) - 2, length: 4)
        case .indirectNotNegotiated: try describe(3, address: table, length: 16, flags: indirect)
        case .indirectEmpty: try describe(3, address: table, length: 0, flags: indirect)
        case .indirectOddSize: try describe(3, address: table, length: 17, flags: indirect)
        case .indirectHuge: try describe(3, address: table, length: .max & ~15, flags: indirect)
        case .indirectOutsideMemory: try describe(3, address: .max - 15, length: 32, flags: indirect)
        case .indirectWithNext: try describe(3, address: table, length: 16, flags: indirect | next, next: 4)
        case .indirectNested:
            try entry(0, flags: indirect)
            try describe(3, address: table, length: 16, flags: indirect)
        case .indirectNextOutside:
            try entry(0, flags: next, next: 2)
            try describe(3, address: table, length: 32, flags: indirect)
        case .indirectLoop:
            try entry(0, flags: next, next: 1)
            try entry(1, flags: next, next: 0)
            try describe(3, address: table, length: 32, flags: indirect)
        }
    }
}
