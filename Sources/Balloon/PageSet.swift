/// A set of page frame numbers of one range: a bitmap in memory that the owner was given once.
///
/// One thread at a time. It never allocates. Numbers outside the range are in no set.
public struct PageSet: ~Copyable {
    /// What the set can hold.
    public let range: PageRun
    /// How many pages are in it.
    public private(set) var count = 0
    private let words: UnsafeMutableBufferPointer<UInt64>
    /// The word at which ``take(into:)`` goes on.
    private var cursor = 0

    /// Bytes that a set for a range of `pages` needs.
    public static func bytes(pages: UInt64) -> Int { Int(clamping: (pages / 64 + (pages % 64 == 0 ? 0 : 1)) * 8) }

    /// An empty set.
    ///
    /// - Parameters:
    ///   - range: what the set can hold.
    ///   - storage: at least ``bytes(pages:)`` bytes, aligned to 8, which nobody else uses as long as the set lives. If
    ///     it is shorter, the set's range is as short.
    public init(range: PageRun, storage: UnsafeMutableRawBufferPointer) {
        words = storage.bindMemory(to: UInt64.self)
        words.initialize(repeating: 0)
        self.range = PageRun(start: range.start, count: min(range.count, UInt64(words.count) * 64))
    }

    /// Whether a page frame number is in the set.
    public func contains(_ page: UInt64) -> Bool {
        guard let bit = index(of: page) else { return false }
        return words[bit / 64] & 1 << UInt64(bit % 64) != 0
    }

    /// Puts a page into the set.
    ///
    /// - Returns: whether it is new: inside the range, and not in the set before.
    public mutating func insert(_ page: UInt64) -> Bool {
        guard let bit = index(of: page) else { return false }
        let mask: UInt64 = 1 << UInt64(bit % 64)
        guard words[bit / 64] & mask == 0 else { return false }
        words[bit / 64] |= mask
        count += 1
        return true
    }

    /// Takes a page out of the set.
    ///
    /// - Returns: whether it was in the set.
    public mutating func remove(_ page: UInt64) -> Bool {
        guard let bit = index(of: page) else { return false }
        let mask: UInt64 = 1 << UInt64(bit % 64)
        guard words[bit / 64] & mask != 0 else { return false }
        words[bit / 64] &= ~mask
        count -= 1
        return true
    }

    /// Puts the pages of a run into the set, as far as they lie in its range.
    ///
    /// - Returns: how many of them are new.
    public mutating func insert(_ run: PageRun) -> Int {
        var new = 0
        forEachWord(of: run) { words, word, mask in
            new += (mask & ~words[word]).nonzeroBitCount
            words[word] |= mask
        }
        count += new
        return new
    }

    /// Takes the pages of a run out of the set.
    ///
    /// - Returns: how many of them were in the set.
    public mutating func remove(_ run: PageRun) -> Int {
        var gone = 0
        forEachWord(of: run) { words, word, mask in
            gone += (mask & words[word]).nonzeroBitCount
            words[word] &= ~mask
        }
        count -= gone
        return gone
    }

    /// Whether all pages of the run are in the set.
    public func containsAll(_ run: PageRun) -> Bool {
        var have: UInt64 = 0
        forEachWord(of: run) { words, word, mask in have += UInt64((mask & words[word]).nonzeroBitCount) }
        return have == run.count
    }

    /// Takes pages out of the set, ascending from where the last call stopped.
    ///
    /// - Returns: how many, which is `pages.count` unless the set is empty then.
    public mutating func take(into pages: inout MutableSpan<UInt32>) -> Int {
        var taken = 0
        var visited = 0
        while taken < pages.count, count > 0, visited <= words.count {
            if cursor >= words.count { cursor = 0 }
            var word = words[cursor]
            while word != 0, taken < pages.count {
                let bit = word.trailingZeroBitCount
                word &= word - 1
                pages[taken] = UInt32(truncatingIfNeeded: range.start + UInt64(cursor * 64 + bit))
                taken += 1
                count -= 1
            }
            words[cursor] = word
            if word == 0 {
                cursor += 1
                visited += 1
            }
        }
        return taken
    }

    /// The lowest page at or above `page` that is in the set.
    public func first(from page: UInt64) -> UInt64? {
        guard let start = index(of: max(page, range.start)) else { return nil }
        var word = start / 64
        var bits = words[word] & (UInt64.max << UInt64(start % 64))
        while bits == 0 {
            word += 1
            guard word < words.count else { return nil }
            bits = words[word]
        }
        return range.start + UInt64(word * 64 + bits.trailingZeroBitCount)
    }

    private func index(of page: UInt64) -> Int? {
        guard page >= range.start, page - range.start < range.count else { return nil }
        return Int(page - range.start)
    }

    /// Calls `body` with each word that the run touches inside the range, and the run's bits in it.
    private func forEachWord(of run: PageRun, _ body: (UnsafeMutableBufferPointer<UInt64>, Int, UInt64) -> Void) {
        guard let part = run.intersection(range) else { return }
        var page = part.start - range.start
        let end = page + part.count
        while page < end {
            let bit = page % 64
            let inWord = min(64 - bit, end - page)
            let mask = (inWord == 64 ? UInt64.max : (1 << inWord) - 1) << bit
            body(words, Int(page / 64), mask)
            page += inWord
        }
    }
}
