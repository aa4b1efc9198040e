import VhostUser

/// Chains that break a rule, each with its head at 3.
enum BadChain: String, CaseIterable, Sendable {
    case loop = "a chain that loops"
    case selfLoop = "a descriptor that is its own next"
    case nextOutsideTable = "next behind the table"
    case readableAfterWritable = "a readable descriptor after a writable one"
    case moreThan4GiB = "a chain of more than 4 GiB"
    case zeroLength = "a descriptor of length 0"
    case outsideMemory = "a buffer outside memory"
    case endsOutsideMemory = "a buffer that ends outside memory"
    case indirectNotNegotiated = "an indirect table that was not negotiated"
    case indirectEmpty = "an indirect table of length 0"
    case indirectOddSize = "an indirect table of 17 bytes"
    case indirectHuge = "an indirect table of 4 GiB"
    case indirectOutsideMemory = "an indirect table outside memory"
    case indirectWithNext = "an indirect descriptor with a next"
    case indirectNested = "an indirect table in an indirect table"
    case indirectNextOutside = "next behind an indirect table"
    case indirectLoop = "an indirect table that loops"

    /// Indirect descriptors have to be offered.
    var needsIndirect: Bool {
        switch self {
        case .indirectEmpty, .indirectOddSize, .indirectHuge, .indirectOutsideMemory, .indirectWithNext,
            .indirectNested, .indirectNextOutside, .indirectLoop:
            true
        default: false
        }
    }

    func write(in ring: ProbeRing) throws {
        typealias Flags = ProbeRing.Flags
        let (buffer, table) = (ring.buffer, ring.buffer + 0x8000)
        func entry(_ index: UInt64, flags: UInt16 = 0, next: UInt16 = 0) throws {
            try ring.describe(at: table + 16 * index, buffer, 4, flags: flags, next: next)
        }
        switch self {
        case .loop:
            try ring.describe(3, buffer, 4, flags: Flags.next, next: 4)
            try ring.describe(4, buffer, 4, flags: Flags.next, next: 3)
        case .selfLoop: try ring.describe(3, buffer, 0, flags: Flags.next, next: 3)
        case .nextOutsideTable: try ring.describe(3, buffer, 4, flags: Flags.next, next: ProbeRing.size)
        case .readableAfterWritable:
            try ring.describe(3, buffer, 4, flags: Flags.next | Flags.write, next: 4)
            try ring.describe(4, buffer, 4)
        case .moreThan4GiB:
            try ring.describe(3, buffer, .max, flags: Flags.next, next: 4)
            try ring.describe(4, buffer, 2)
        case .zeroLength:
            try ring.describe(3, buffer, 0, flags: Flags.next, next: 4)
            try ring.describe(4, buffer, 4)
        case .outsideMemory: try ring.describe(3, 1 << 52, 4096)
        case .endsOutsideMemory: try ring.describe(3, (UInt64(ProbeGuest.hole) << 12) - 2, 4)
        case .indirectNotNegotiated: try ring.describe(3, table, 16, flags: Flags.indirect)
        case .indirectEmpty: try ring.describe(3, table, 0, flags: Flags.indirect)
        case .indirectOddSize: try ring.describe(3, table, 17, flags: Flags.indirect)
        case .indirectHuge: try ring.describe(3, table, .max & ~15, flags: Flags.indirect)
        case .indirectOutsideMemory: try ring.describe(3, .max - 15, 32, flags: Flags.indirect)
        case .indirectWithNext: try ring.describe(3, table, 16, flags: Flags.indirect | Flags.next, next: 4)
        case .indirectNested:
            try entry(0, flags: Flags.indirect)
            try ring.describe(3, table, 16, flags: Flags.indirect)
        case .indirectNextOutside:
            try entry(0, flags: Flags.next, next: 2)
            try ring.describe(3, table, 32, flags: Flags.indirect)
        case .indirectLoop:
            try entry(0, flags: Flags.next, next: 1)
            try entry(1, flags: Flags.next, next: 0)
            try ring.describe(3, table, 32, flags: Flags.indirect)
        }
    }
}
