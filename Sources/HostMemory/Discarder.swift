public import Balloon
public import Linux

/// Gives the memory of page runs back to the host, one hole punched per run, through the memory file.
///
/// Punching through the file frees the memory whoever has it mapped, and whatever it is that has a file: memfd, shared
/// memory, hugetlbfs, an ordinary file. `MADV_DONTNEED` on a shared mapping frees nothing.
public struct Discarder: Sendable {
    public private(set) var counters = DiscardCounters()
    public var calls: UInt64 { counters.calls }
    /// Bytes given back.
    public var bytes: UInt64 { counters.bytes }
    public var failures: UInt64 { counters.failures }
    /// The newest failure: a file system without hole punching, or a file that went wrong.
    public var lastError: SystemError? { counters.lastError }

    public init() {}

    /// Discards a run that lies in one region of `table`; pages outside are left alone.
    ///
    /// Only whole pages of the file are given back: on hugetlbfs the run is cut inward to them.
    public mutating func discard(_ run: PageRun, in table: borrowing MemoryTable) {
        // A shift drops the bits that do not fit: such a page must not become another one.
        guard max(run.start, run.count) <= .max >> PageFrame.shift else { return }
        let address = run.start << PageFrame.shift
        guard let index = table.region(address, count: run.count << PageFrame.shift),
            let range = table.regions[index].wholePages(of: run)
        else { return }
        let length = range.upperBound - range.lowerBound
        // No call that would free nothing.
        guard table.regions[index].file.punchProblem == nil else {
            counters.failedBytes += length
            return
        }
        counters.calls += 1
        do {
            try table.regions[index].file.punchHole(offset: range.lowerBound, length: length)
            counters.bytes += length
        } catch {
            counters.failures += 1
            counters.failedBytes += length
            counters.lastError = error
        }
    }
}

extension MemoryRegion {
    /// Where the whole pages of a run lie in the file, in bytes; `nil` if there are none. The run lies in the region.
    func wholePages(of run: PageRun) -> Range<UInt64>? {
        let offset = fileOffset + (run.start << PageFrame.shift - guestAddress)
        let page = file.pageSize
        let start = (offset + page - 1) / page * page
        let end = (offset + run.count << PageFrame.shift) / page * page
        return start < end ? start..<end : nil
    }
}
