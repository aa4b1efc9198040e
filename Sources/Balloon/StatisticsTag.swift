/// What a statistic is about (VIRTIO 1.4 §5.5.6.4; tags 10 to 15 are Linux's).
public enum StatisticsTag: UInt16, CaseIterable, Sendable {
    /// Bytes swapped in.
    case swapIn = 0
    /// Bytes swapped out.
    case swapOut
    /// Page faults that needed I/O.
    case majorFaults
    case minorFaults
    /// Bytes not used for anything.
    case freeMemory
    /// Bytes in all.
    case totalMemory
    /// Bytes that can be had without swapping.
    case availableMemory
    /// Bytes that can be given up without I/O: the page cache.
    case diskCaches
    case hugePageAllocations
    case hugePageFailures
    case oomKills
    /// Allocations that had to wait for reclaim.
    case allocationStalls
    /// Bytes scanned by the background reclaim.
    case asyncScans
    /// Bytes scanned by whoever wanted memory.
    case directScans
    case asyncReclaims
    case directReclaims

    /// QEMU's name, without its `stat-` prefix.
    public var name: String {
        switch self {
        case .swapIn: "swap-in"
        case .swapOut: "swap-out"
        case .majorFaults: "major-faults"
        case .minorFaults: "minor-faults"
        case .freeMemory: "free-memory"
        case .totalMemory: "total-memory"
        case .availableMemory: "available-memory"
        case .diskCaches: "disk-caches"
        case .hugePageAllocations: "htlb-pgalloc"
        case .hugePageFailures: "htlb-pgfail"
        case .oomKills: "oom-kills"
        case .allocationStalls: "alloc-stalls"
        case .asyncScans: "async-scans"
        case .directScans: "direct-scans"
        case .asyncReclaims: "async-reclaims"
        case .directReclaims: "direct-reclaims"
        }
    }
}
