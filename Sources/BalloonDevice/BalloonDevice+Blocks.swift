internal import Balloon

/// Memory that can be given back only in blocks of several pages: hugetlbfs, and hosts with larger pages than 4 KiB.
///
/// The driver sends its pages in any order, over any number of messages; a block goes to the host when its last page
/// is held, whichever that is.
extension BalloonDevice {
    /// Marks pages held, and lets the host have what can be had of them.
    ///
    /// - Returns: how many are new.
    mutating func hold(
        _ part: PageRun, of region: GuestLayout.Region, sink: inout some DiscardSink & ~Copyable
    ) -> UInt64 {
        guard region.pagesPerBlock > 1 else {
            let new = held.insert(part)
            sink.discard(part)
            return new
        }
        var sum: UInt64 = 0
        var complete: PageRun?
        region.forEachBlock(of: part) { block, share in
            let wasWhole = isHeldWhole(block)
            let new = held.insert(share)
            sum += new
            guard !wasWhole else { return }
            partialPages += new
            guard let block, held.containsAll(block) else { return }
            partialPages -= block.count
            if let before = complete, before.end == block.start {
                complete = PageRun(start: before.start, count: before.count + block.count)
            } else {
                if let before = complete { sink.discard(before) }
                complete = block
            }
        }
        if let complete { sink.discard(complete) }
        return sum
    }

    /// Marks pages not held, and has the sink leave them alone.
    ///
    /// - Returns: how many were held.
    mutating func release(
        _ part: PageRun, of region: GuestLayout.Region, sink: inout some DiscardSink & ~Copyable
    ) -> UInt64 {
        guard region.pagesPerBlock > 1 else {
            sink.takeBack(part)
            return held.remove(part)
        }
        var sum: UInt64 = 0
        region.forEachBlock(of: part) { block, share in
            let wasWhole = isHeldWhole(block)
            let gone = held.remove(share)
            sum += gone
            if wasWhole, let block {
                // The block is no more the host's to have than the page.
                sink.takeBack(block)
                partialPages += block.count - gone
            } else {
                partialPages -= gone
            }
        }
        return sum
    }

    private func isHeldWhole(_ block: PageRun?) -> Bool {
        guard let block else { return false }
        return held.containsAll(block)
    }

    /// Counts anew, after memory came or went.
    mutating func countPartialPages() {
        partialPages = 0
        for region in layout.regions where region.pagesPerBlock > 1 {
            region.forEachBlock(of: region.pages) { block, share in
                let count = held.count(in: share)
                if block == nil || count < share.count { partialPages += count }
            }
        }
    }
}
