/// What a statistic is about (VIRTIO 1.4 §5.5.6.4; tags 10 to 15 are Linux's).
///
/// The raw value is the number on the wire; the numbers have no gaps. A new tag is a case, whose place in the order is its number,
/// and its line in the table ``facts``; the command line, the metrics, and the rules of the balancer read that table.
public enum StatisticsTag: UInt16, CaseIterable, Sendable {
    /// Bytes swapped in.
    case swapIn = 0
    /// Bytes swapped out.
    case swapOut
    /// Page faults that needed I/O.
    case majorFaults
    /// Page faults that needed no I/O.
    case minorFaults
    /// Bytes not used for anything.
    case freeMemory
    /// Bytes in all.
    case totalMemory
    /// Bytes that can be had without swapping.
    case availableMemory
    /// Bytes of the page cache, which can be given up without I/O.
    case diskCaches
    /// Huge pages allocated.
    case hugePageAllocations
    /// Huge pages that could not be allocated.
    case hugePageFailures
    /// Processes killed for want of memory.
    case oomKills
    /// Allocations that had to wait for reclaim.
    case allocationStalls
    /// Bytes scanned by the background reclaim.
    case asyncScans
    /// Bytes scanned by tasks that wanted memory.
    case directScans
    /// Bytes reclaimed in the background.
    case asyncReclaims
    /// Bytes reclaimed by tasks that wanted memory.
    case directReclaims

    /// The table of statistics: QEMU's name without its `stat-` prefix, the unit, what makes the number grow, and what it tells.
    public var facts: StatisticFacts {
        switch self {
        case .swapIn: .init("swap-in", .bytes, .moved, "swapped in")
        case .swapOut: .init("swap-out", .bytes, .moved, "swapped out")
        case .majorFaults: .init("major-faults", .count, .served, "page faults that needed I/O")
        case .minorFaults: .init("minor-faults", .count, .served, "page faults that needed no I/O")
        case .freeMemory: .init("free-memory", .bytes, .size, "not used for anything")
        case .totalMemory: .init("total-memory", .bytes, .size, "all memory that the guest's kernel manages")
        case .availableMemory: .init("available-memory", .bytes, .size, "can be had without swapping")
        case .diskCaches: .init("disk-caches", .bytes, .size, "page cache, which can be given up without I/O")
        case .hugePageAllocations: .init("htlb-pgalloc", .count, .served, "huge pages allocated")
        case .hugePageFailures: .init("htlb-pgfail", .count, .served, "huge pages that could not be allocated")
        case .oomKills: .init("oom-kills", .count, .ended, "processes killed for want of memory")
        case .allocationStalls: .init("alloc-stalls", .count, .served, "allocations that waited for reclaim")
        case .asyncScans: .init("async-scans", .bytes, .scanned, "scanned by the background reclaim")
        case .directScans: .init("direct-scans", .bytes, .scanned, "scanned by tasks that wanted memory")
        case .asyncReclaims: .init("async-reclaims", .bytes, .moved, "reclaimed in the background")
        case .directReclaims: .init("direct-reclaims", .bytes, .moved, "reclaimed by tasks that wanted memory")
        }
    }

    /// QEMU's name, without its `stat-` prefix.
    public var name: String { facts.name }
}
