public import Balloon
public import Linux

/// Gives the memory of page runs back to the host, one hole punched per run, through the memory file.
///
/// Punching through the file frees the memory whoever has it mapped; `MADV_DONTNEED` on a shared mapping frees nothing.
public struct Discarder: Sendable {
    public private(set) var calls: UInt64 = 0
    /// Bytes given back.
    public private(set) var bytes: UInt64 = 0
    public private(set) var failures: UInt64 = 0
    /// The newest failure: a file system without hole punching, or a file that went wrong.
    public private(set) var lastError: SystemError?

    public init() {}

    /// Discards a run that lies in one region of `table`; pages outside are left alone.
    ///
    /// Only whole pages of the file are given back: on hugetlbfs the run is cut inward to them.
    public mutating func discard(_ run: PageRun, in table: borrowing MemoryTable) {
        // A shift drops the bits that do not fit: such a page must not become another one.
        guard max(run.start, run.count) <= .max >> PageFrame.shift else { return }
        let address = run.start << PageFrame.shift
        let count = run.count << PageFrame.shift
        guard let index = table.region(address, count: count) else { return }
        let offset = table.regions[index].fileOffset + (address - table.regions[index].guestAddress)
        let page = table.regions[index].file.pageSize
        let start = (offset + page - 1) / page * page
        let end = (offset + count) / page * page
        guard start < end else { return }
        calls += 1
        do {
            try table.regions[index].file.punchHole(offset: start, length: end - start)
            bytes += end - start
        } catch {
            failures += 1
            lastError = error
        }
    }
}
