internal import Glibc
internal import Synchronization

/// One bit a page, changed by two threads: 64 bits with one atomic access. Above them one bit for each 64 words says
/// where to look, so that an empty bitmap is scanned in no time.
///
/// It takes memory only where a bit was ever set.
final class AtomicBitmap: @unchecked Sendable {
    // Unchecked: the pointers are immutable, and what is behind them is atomic.
    let count: Int
    private let words: UnsafeMutablePointer<Atomic<UInt64>>
    /// A bit is set before anybody can look for those below it, and cleared when they were seen to be clear.
    private let summary: UnsafeMutablePointer<Atomic<UInt64>>

    private static let bitsPerSummaryBit = 64 * 64

    /// `nil` where there is no memory for that many bits.
    init?(count: Int) {
        let wordCount = count / 64 + 1
        let summaryCount = count / (64 * Self.bitsPerSummaryBit) + 1
        guard let words = calloc(wordCount, 8) else { return nil }
        guard let summary = calloc(summaryCount, 8) else {
            free(words)
            return nil
        }
        self.count = count
        // Zero bytes are an atomic zero.
        self.words = words.bindMemory(to: Atomic<UInt64>.self, capacity: wordCount)
        self.summary = summary.bindMemory(to: Atomic<UInt64>.self, capacity: summaryCount)
    }

    deinit {
        free(words)
        free(summary)
    }

    /// - Returns: how many bits were clear.
    func insert(_ range: Range<Int>) -> Int {
        var new = 0
        Self.forEachWord(of: range) { word, mask in new += insert(mask, at: word) }
        return new
    }

    /// - Returns: how many bits of `mask` were clear in word `index`.
    func insert(_ mask: UInt64, at index: Int) -> Int {
        let old = words[index].bitwiseOr(mask, ordering: .sequentiallyConsistent).oldValue
        let (place, bit) = (index / 64 / 64, UInt64(1) << UInt64(index / 64 % 64))
        if summary[place].load(ordering: .sequentiallyConsistent) & bit == 0 {
            summary[place].bitwiseOr(bit, ordering: .sequentiallyConsistent)
        }
        return (mask & ~old).nonzeroBitCount
    }

    /// Clears bits, and hands to `body` each word's share of them, and of those that were set.
    ///
    /// - Returns: how many were set.
    @discardableResult
    func remove(_ range: Range<Int>, _ body: (_ word: Int, _ mask: UInt64, _ removed: UInt64) -> Void = { _, _, _ in })
        -> Int
    {
        var gone = 0
        Self.forEachWord(of: range) { word, mask in
            let removed = words[word].bitwiseAnd(~mask, ordering: .acquiringAndReleasing).oldValue & mask
            gone += removed.nonzeroBitCount
            body(word, mask, removed)
        }
        return gone
    }

    /// Whether all bits of the range are set.
    func isFull(_ range: Range<Int>) -> Bool {
        var isFull = true
        Self.forEachWord(of: range) { word, mask in
            isFull = isFull && words[word].load(ordering: .acquiring) & mask == mask
        }
        return isFull
    }

    /// The first set bit at or behind `start`.
    func next(from start: Int) -> Int? {
        var index = start
        while index < count {
            let group = index / Self.bitsPerSummaryBit
            let hints = summary[group / 64].load(ordering: .acquiring) >> UInt64(group % 64)
            if hints & 1 == 0 {
                // On to the next group that may have something, or to the next word of the summary.
                let step = hints == 0 ? 64 - group % 64 : hints.trailingZeroBitCount
                index = (group + step) * Self.bitsPerSummaryBit
                continue
            }
            if let found = first(from: index, inGroup: group) { return found < count ? found : nil }
            if index % Self.bitsPerSummaryBit == 0 { retire(group) }
            index = (group + 1) * Self.bitsPerSummaryBit
        }
        return nil
    }

    private func first(from index: Int, inGroup group: Int) -> Int? {
        var word = index / 64
        let end = min((group + 1) * 64, count / 64 + 1)
        var bits = words[word].load(ordering: .sequentiallyConsistent) & (.max << UInt64(index % 64))
        while bits == 0 {
            word += 1
            guard word < end else { return nil }
            bits = words[word].load(ordering: .sequentiallyConsistent)
        }
        return word * 64 + bits.trailingZeroBitCount
    }

    /// Clears the summary's bit of a group that looked empty. What is set meanwhile is either seen by the second look,
    /// or sets the summary's bit again.
    private func retire(_ group: Int) {
        let bit = UInt64(1) << UInt64(group % 64)
        summary[group / 64].bitwiseAnd(~bit, ordering: .sequentiallyConsistent)
        if first(from: group * Self.bitsPerSummaryBit, inGroup: group) != nil {
            summary[group / 64].bitwiseOr(bit, ordering: .sequentiallyConsistent)
        }
    }

    /// Calls `body` with each word that the range touches, and the range's bits in it.
    private static func forEachWord(of range: Range<Int>, _ body: (Int, UInt64) -> Void) {
        var index = range.lowerBound
        while index < range.upperBound {
            let bit = index % 64
            let inWord = min(64 - bit, range.upperBound - index)
            let mask = (inWord == 64 ? UInt64.max : (1 << UInt64(inWord)) - 1) << UInt64(bit)
            body(index / 64, mask)
            index += inWord
        }
    }
}
