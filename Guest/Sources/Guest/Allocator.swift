internal import Balloon
internal import BalloonDriver
internal import CBoot

/// All memory of the machine that nobody else has, by page: a bitmap of free pages, which the balloon's driver walks
/// for hinting and reporting.
struct Allocator: PageSource, ~Copyable {
    let frames: PageRun
    let poison: UInt32?
    private var free: PageSet
    /// Blocks that did not change since they were reported, one bit for each ``blockPages``.
    private var unchanged: PageSet
    private var hand: UInt64 = 0
    /// Allocations for programs, and those that found nothing at first.
    private(set) var allocations: UInt64 = 0
    private(set) var stalls: UInt64 = 0

    static var blockPages: UInt64 { 512 }

    /// - Parameter room: ``bytes(frames:)`` bytes outside `frames`.
    init(frames: PageRun, poison: UInt32?, room: UnsafeMutableRawBufferPointer) {
        let first = PageSet.bytes(pages: frames.count)
        free = PageSet(range: frames, storage: UnsafeMutableRawBufferPointer(rebasing: room[..<first]))
        let blocks = PageRun(start: frames.start / Self.blockPages, count: frames.count / Self.blockPages + 2)
        unchanged = PageSet(range: blocks, storage: UnsafeMutableRawBufferPointer(rebasing: room[first...]))
        self.frames = frames
        self.poison = poison
        _ = free.insert(frames)
        hand = blocks.start
    }

    static func bytes(frames: PageRun) -> Int {
        PageSet.bytes(pages: frames.count) + PageSet.bytes(pages: frames.count / blockPages + 2)
    }

    var freePages: Int { free.count }

    mutating func allocate(into pages: inout MutableSpan<UInt32>) -> Int {
        let count = free.take(into: &pages)
        var last = UInt64.max
        for index in 0..<count {
            let block = UInt64(pages[index]) / Self.blockPages
            if block != last {
                _ = unchanged.remove(block)
                last = block
            }
        }
        return count
    }

    mutating func free(_ pages: Span<UInt32>) {
        for index in pages.indices { _ = free.insert(UInt64(pages[index])) }
    }

    /// A page for a program.
    mutating func allocatePage() -> UInt32? {
        var page: InlineArray<1, UInt32> = [0]
        var span = page.mutableSpan
        allocations += 1
        return allocate(into: &span) == 1 ? page[0] : nil
    }

    mutating func noteStall() { stalls += 1 }

    mutating func freePage(_ page: UInt32) {
        if let poison { fill(PageRun(start: UInt64(page), count: 1), with: poison) }
        _ = free.insert(UInt64(page))
    }

    mutating func fill(_ run: PageRun, with value: UInt32) {
        guard let pointer = UnsafeMutablePointer<UInt32>(bitPattern: UInt(run.start << PageFrame.shift)) else { return }
        pointer.update(repeating: value, count: Int(run.count) * 1024)
    }

    mutating func isolate(atLeast minimum: Int, unreported: Bool) -> PageRun? {
        let first = frames.start / Self.blockPages
        let count = frames.count / Self.blockPages + 1
        for _ in 0..<count {
            let block = hand
            hand = hand + 1 < first + count ? hand + 1 : first
            if unreported, unchanged.contains(block) { continue }
            let run = PageRun(start: block * Self.blockPages, count: Self.blockPages)
            guard run.start >= frames.start, run.end <= frames.end, free.containsAll(run) else { continue }
            _ = free.remove(run)
            return run
        }
        return nil
    }

    mutating func restore(_ block: PageRun, wasReported: Bool) {
        _ = free.insert(block)
        if wasReported { _ = unchanged.insert(block.start / Self.blockPages) }
    }

    func statistics() -> BalloonStatistics {
        var set = BalloonStatistics()
        let bytes = UInt64(free.count) * PageFrame.size
        set[.swapIn] = 0
        set[.swapOut] = 0
        set[.majorFaults] = 0
        set[.minorFaults] = allocations
        set[.freeMemory] = bytes
        set[.totalMemory] = frames.count * PageFrame.size
        set[.availableMemory] = bytes
        set[.diskCaches] = 0
        set[.allocationStalls] = stalls
        return set
    }
}
