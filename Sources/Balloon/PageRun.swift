/// A maximal range of neighbouring pages, by guest page frame number.
public struct PageRun: Hashable, Sendable {
    /// The first page frame number.
    public var start: UInt64
    /// Pages, above 0.
    public var count: UInt64

    /// A run of `count` pages from page frame number `start` on; their sum must not overflow.
    public init(start: UInt64, count: UInt64) {
        self.start = start
        self.count = count
    }

    /// The page frame number behind the last.
    public var end: UInt64 { start + count }

    /// The pages that both have, if any.
    public func intersection(_ other: PageRun) -> PageRun? {
        let low = max(start, other.start)
        let high = min(end, other.end)
        return low < high ? PageRun(start: low, count: high - low) : nil
    }

    /// Calls `body` with each maximal run of the page frame numbers, which are sorted in place. Numbers that occur
    /// twice count once.
    public static func forEach(
        sorting numbers: UnsafeMutableBufferPointer<UInt32>, _ body: (PageRun) -> Void
    ) {
        // Linux sends pages in reverse order of their allocation, so most messages are descending: the standard
        // library's sort takes a descending run in one pass.
        var numbers = numbers
        numbers.sort()
        var index = 0
        while index < numbers.count {
            let start = UInt64(numbers[index])
            var end = start + 1
            index += 1
            while index < numbers.count, UInt64(numbers[index]) <= end {
                if UInt64(numbers[index]) == end { end += 1 }
                index += 1
            }
            body(PageRun(start: start, count: end - start))
        }
    }
}
