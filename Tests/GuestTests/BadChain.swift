import Linux
import VhostUser

/// Chains that break a rule, each with its head at 3, for a ring of 128 entries.
enum BadChain: CaseIterable {
    case loop
    case selfLoop
    case nextOutsideTable
    case readableAfterWritable
    case moreThan4GiB
    case indirectNotNegotiated
    case indirectEmpty
    case indirectOddSize
    case indirectHuge
    case indirectOutsideMemory
    case indirectWithNext
    case indirectNested
    case indirectNextOutside
    case indirectLoop

    func write(in ring: RawRing) throws {
        typealias Flags = RawRing.Flags
        let table = ring.buffer + 0x8000
        func entry(_ index: UInt64, _ length: UInt32 = 4, flags: UInt16 = 0, next: UInt16 = 0) throws {
            RawRing.describe(
                try ring.memory.pointer(to: table + 16 * index, count: 16), ring.buffer, length, flags, next)
        }
        switch self {
        case .loop:
            try ring.describe(3, ring.buffer, 4, flags: Flags.next, next: 4)
            try ring.describe(4, ring.buffer, 4, flags: Flags.next, next: 3)
        case .selfLoop: try ring.describe(3, ring.buffer, 0, flags: Flags.next, next: 3)
        case .nextOutsideTable: try ring.describe(3, ring.buffer, 4, flags: Flags.next, next: 128)
        case .readableAfterWritable:
            try ring.describe(3, ring.buffer, 4, flags: Flags.next | Flags.write, next: 4)
            try ring.describe(4, ring.buffer, 4)
        case .moreThan4GiB:
            try ring.describe(3, ring.buffer, .max, flags: Flags.next, next: 4)
            try ring.describe(4, ring.buffer, 2)
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
