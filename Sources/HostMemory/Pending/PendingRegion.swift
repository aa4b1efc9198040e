internal import Balloon
internal import Linux

/// The pending pages of one region, by their index in it.
final class PendingRegion: Sendable {
    let pages: PageRun
    let region: MemoryRegion
    /// To be given to the host.
    let discards: AtomicBitmap
    /// To be brought in again for the guest.
    let populates: AtomicBitmap
    /// A piece is what is punched at once, at most 2 MiB, so that a deflation waits little; never less than a page of
    /// the file. Pieces are aligned in the file.
    private let pagesPerPiece: Int
    /// Incomplete pieces are worth waiting for: the file has transparent huge pages of that size.
    let prefersWholePieces: Bool
    /// The region's first page in the file.
    private let phase: Int

    /// `nil` where there is no memory to keep account in.
    init?(_ region: MemoryRegion) {
        pages = PageRun(start: region.guestAddress >> PageFrame.shift, count: region.size >> PageFrame.shift)
        guard let discards = AtomicBitmap(count: Int(pages.count)),
            let populates = AtomicBitmap(count: Int(pages.count))
        else { return nil }
        self.discards = discards
        self.populates = populates
        self.region = region
        let own = Int(clamping: region.file.pageSize >> PageFrame.shift)
        let best = Int(clamping: region.file.blockSize >> PageFrame.shift)
        pagesPerPiece = max(512, own)
        prefersWholePieces = best > own && best == pagesPerPiece
        phase = Int(region.fileOffset >> PageFrame.shift)
    }

    /// The indices of a run's pages; `nil` if it does not lie in the region as a whole.
    func indices(of run: PageRun) -> Range<Int>? {
        guard run.start >= pages.start, run.start - pages.start < pages.count,
            run.count <= pages.count - (run.start - pages.start)
        else { return nil }
        let start = Int(run.start - pages.start)
        return start..<start + Int(run.count)
    }

    /// The piece in which a page lies, as far as the region has it.
    func piece(of index: Int) -> Range<Int> {
        let start = (index + phase) / pagesPerPiece * pagesPerPiece - phase
        return max(0, start)..<min(start + pagesPerPiece, discards.count)
    }

    /// Clears the bits of a piece in `bitmap` and appends the runs of those that were set.
    ///
    /// - Returns: how many were set.
    func take(_ piece: Range<Int>, from bitmap: AtomicBitmap, into runs: inout [PageRun]) -> Int {
        var open: PageRun?
        let taken = bitmap.remove(piece) { word, _, bits in
            var bits = bits
            while bits != 0 {
                let start = bits.trailingZeroBitCount
                let length = (~(bits >> UInt64(start))).trailingZeroBitCount
                bits &= start + length == 64 ? 0 : .max << UInt64(start + length)
                let run = PageRun(start: pages.start + UInt64(word * 64 + start), count: UInt64(length))
                if let last = open {
                    if last.end == run.start {
                        open = PageRun(start: last.start, count: last.count + run.count)
                        continue
                    }
                    runs.append(last)
                }
                open = run
            }
        }
        if let open { runs.append(open) }
        return taken
    }
}
