public import struct Balloon.PageRun

/// Which guest page frames are memory that may be given back: RAM, less the pages that our own rings lie in.
public struct GuestLayout: Sendable, Equatable {
    /// Ascending, without overlap.
    public private(set) var memory: [PageRun]
    /// Pages of rings, in no order.
    public private(set) var reserved: [PageRun]

    public init(memory: [PageRun] = [], reserved: [PageRun] = []) {
        self.memory = memory.sorted { $0.start < $1.start }
        self.reserved = reserved
    }

    /// Pages in all.
    public var pages: UInt64 { memory.reduce(0) { $0 + $1.count } }

    /// Calls `body` with the parts of `run` that may be touched, each in one region.
    ///
    /// - Returns: how many pages of the run were left out.
    public func clip(_ run: PageRun, _ body: (PageRun) -> Void) -> UInt64 {
        var kept: UInt64 = 0
        for region in memory {
            guard region.start < run.end else { break }
            guard let part = region.intersection(run) else { continue }
            kept += subtractReserved(from: part, startingAt: 0, body)
        }
        return run.count - kept
    }

    /// - Returns: how many pages were handed to `body`.
    private func subtractReserved(from part: PageRun, startingAt first: Int, _ body: (PageRun) -> Void) -> UInt64 {
        var index = first
        while index < reserved.count {
            if let hit = reserved[index].intersection(part) {
                var kept: UInt64 = 0
                if hit.start > part.start {
                    let before = PageRun(start: part.start, count: hit.start - part.start)
                    kept += subtractReserved(from: before, startingAt: index + 1, body)
                }
                if hit.end < part.end {
                    let behind = PageRun(start: hit.end, count: part.end - hit.end)
                    kept += subtractReserved(from: behind, startingAt: index + 1, body)
                }
                return kept
            }
            index += 1
        }
        body(part)
        return part.count
    }
}
