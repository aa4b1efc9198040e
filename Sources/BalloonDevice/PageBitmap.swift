public import struct Balloon.PageRun

/// Which pages the guest has given: one bit a page, over the whole range of guest page frame numbers.
///
/// Memory is taken in chunks of 32 KiB, each for 1 GiB of guest memory, when the first page in it is set.
public struct PageBitmap: Sendable {
    private static let pagesPerChunk: UInt64 = 1 << 18
    private static let wordsPerChunk = Int(pagesPerChunk / 64)

    private var chunks: [[UInt64]] = []
    /// How many bits are set.
    public private(set) var count: UInt64 = 0

    /// A bitmap without set bits.
    public init() {}

    /// Whether the bit of a page is set.
    public func contains(_ page: UInt64) -> Bool {
        let chunk = page / Self.pagesPerChunk
        guard chunk < UInt64(chunks.count), !chunks[Int(chunk)].isEmpty else { return false }
        let bit = page % Self.pagesPerChunk
        return chunks[Int(chunk)][Int(bit / 64)] & 1 << (bit % 64) != 0
    }

    /// Whether all pages of the run are set.
    public func containsAll(_ run: PageRun) -> Bool {
        var page = run.start
        while page < run.end {
            let (share, mask) = Self.word(at: page, of: run)
            guard word(of: page) & mask == mask else { return false }
            page += share
        }
        return true
    }

    /// How many pages of the run are set.
    public func count(in run: PageRun) -> UInt64 {
        var sum = 0
        var page = run.start
        while page < run.end {
            let (share, mask) = Self.word(at: page, of: run)
            sum += (word(of: page) & mask).nonzeroBitCount
            page += share
        }
        return UInt64(sum)
    }

    private func word(of page: UInt64) -> UInt64 {
        let chunk = page / Self.pagesPerChunk
        guard chunk < UInt64(chunks.count), !chunks[Int(chunk)].isEmpty else { return 0 }
        return chunks[Int(chunk)][Int(page % Self.pagesPerChunk / 64)]
    }

    /// How many pages of the run lie in the word of `page`, from there on, and their bits.
    private static func word(at page: UInt64, of run: PageRun) -> (share: UInt64, mask: UInt64) {
        let bit = page % 64
        let share = min(64 - bit, run.end - page)
        return (share, (share == 64 ? UInt64.max : (1 << share) - 1) << bit)
    }

    /// Sets the bits of a run, which has to lie below 2^32 pages.
    ///
    /// - Returns: how many were clear before.
    public mutating func insert(_ run: PageRun) -> UInt64 {
        update(run, isInserting: true) { word, mask in
            let new = mask & ~word
            word |= mask
            return new.nonzeroBitCount
        }
    }

    /// Clears the bits of a run.
    ///
    /// - Returns: how many were set before.
    public mutating func remove(_ run: PageRun) -> UInt64 {
        update(run, isInserting: false) { word, mask in
            let gone = mask & word
            word &= ~mask
            return -gone.nonzeroBitCount
        }
    }

    /// Clears all bits, and gives their memory back.
    public mutating func removeAll() {
        chunks.removeAll()
        count = 0
    }

    /// Clears the bits of `start` and all pages behind it.
    public mutating func removeAll(from start: UInt64) {
        let end = UInt64(chunks.count) * Self.pagesPerChunk
        guard start < end else { return }
        _ = remove(PageRun(start: start, count: end - start))
    }

    /// Applies `change` to each word that the run touches, with the run's bits in it; `change` returns by how much the
    /// number of set bits changed.
    private mutating func update(
        _ run: PageRun, isInserting: Bool, _ change: (inout UInt64, UInt64) -> Int
    ) -> UInt64 {
        var changed = 0
        var page = run.start
        while page < run.end {
            let chunk = Int(page / Self.pagesPerChunk)
            let bit = page % Self.pagesPerChunk
            let (inWord, mask) = Self.word(at: page, of: run)
            if !hasChunk(chunk) {
                guard isInserting else {
                    page = UInt64(chunk + 1) * Self.pagesPerChunk
                    continue
                }
                makeChunk(chunk)
            }
            changed += change(&chunks[chunk][Int(bit / 64)], mask)
            page += inWord
        }
        count = changed >= 0 ? count + UInt64(changed) : count - UInt64(-changed)
        return UInt64(changed.magnitude)
    }

    private func hasChunk(_ chunk: Int) -> Bool {
        chunk < chunks.count && !chunks[chunk].isEmpty
    }

    private mutating func makeChunk(_ chunk: Int) {
        while chunks.count <= chunk { chunks.append([]) }
        chunks[chunk] = Array(repeating: 0, count: Self.wordsPerChunk)
    }
}
