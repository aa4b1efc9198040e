public import struct Balloon.PageRun

/// Which guest page frames are memory that may be given back: RAM, less the pages that our own rings lie in.
public struct GuestLayout: Sendable, Equatable {
    /// A range of memory that is made of blocks: the least that can be given back of it.
    public struct Region: Sendable, Equatable {
        /// The page frame numbers of the region.
        public var pages: PageRun
        /// Pages of a block: 1, or those of a huge page.
        public var pagesPerBlock: UInt64
        /// How many pages of its first block lie before the region.
        public var phase: UInt64

        /// A region; without `pagesPerBlock` it can be given back page by page.
        public init(pages: PageRun, pagesPerBlock: UInt64 = 1, phase: UInt64 = 0) {
            self.pages = pages
            self.pagesPerBlock = max(1, pagesPerBlock)
            self.phase = phase % max(1, pagesPerBlock)
        }

        /// Calls `body` with each block that a run touches, and the run's share in it. A block that the region has only
        /// a part of is `nil`: it can never be given back. The run lies in the region.
        func forEachBlock(of run: PageRun, _ body: (_ block: PageRun?, _ share: PageRun) -> Void) {
            var page = run.start
            while page < run.end {
                let inBlock = (page - pages.start + phase) % pagesPerBlock
                let share = PageRun(start: page, count: min(pagesPerBlock - inBlock, run.end - page))
                let isWhole = page - pages.start >= inBlock && pages.end - page >= pagesPerBlock - inBlock
                body(isWhole ? PageRun(start: page - inBlock, count: pagesPerBlock) : nil, share)
                page = share.end
            }
        }
    }

    /// The ranges of memory, ascending and without overlap.
    public private(set) var regions: [Region]
    /// The page frame numbers of each region.
    public var memory: [PageRun] { regions.map(\.pages) }
    /// Pages of rings, in no order.
    public private(set) var reserved: [PageRun]

    /// Regions in any order, which must not overlap, and pages in them that are never given back.
    public init(regions: [Region], reserved: [PageRun] = []) {
        self.regions = regions.sorted { $0.pages.start < $1.pages.start }
        self.reserved = reserved
    }

    /// Ranges of memory that can be given back page by page, and pages in them that never are.
    public init(memory: [PageRun] = [], reserved: [PageRun] = []) {
        self.init(regions: memory.map { Region(pages: $0) }, reserved: reserved)
    }

    /// Pages in all.
    public var pages: UInt64 { regions.reduce(0) { $0 + $1.pages.count } }

    /// Calls `body` with the parts of `run` that may be touched, each in one region.
    ///
    /// - Returns: how many pages of the run were left out.
    public func clip(_ run: PageRun, _ body: (PageRun, Region) -> Void) -> UInt64 {
        var kept: UInt64 = 0
        for region in regions {
            guard region.pages.start < run.end else { break }
            guard let part = region.pages.intersection(run) else { continue }
            kept += subtractReserved(from: part, startingAt: 0) { body($0, region) }
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
