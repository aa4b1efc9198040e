import Balloon
import BalloonDriver

/// The allocator of the simulated guest.
struct TestPages: PageSource, ~Copyable {
    let table: PageTable
    let poison: UInt32?
    /// Blocks of ``blockPages`` that did not change since they were reported, by their number.
    private var unchanged: Set<UInt64> = []
    static let blockPages: UInt64 = 8

    init(table: PageTable, poison: UInt32?) {
        self.table = table
        self.poison = poison
    }

    var frames: PageRun { table.frames }
    var freePages: Int { table.freeCount }

    mutating func allocate(into pages: inout MutableSpan<UInt32>) -> Int {
        for index in pages.indices {
            guard let page = table.takeAny(.driver) else { return index }
            forgetReport(UInt64(page))
            pages[index] = page
        }
        return pages.count
    }

    mutating func free(_ pages: Span<UInt32>) {
        for index in pages.indices {
            let page = UInt64(pages[index])
            if let poison, table.contents(of: page) != poison {
                table.fail("page \(page) is freed without poison (spec D34)")
            }
            table.put(page, from: .driver)
        }
    }

    mutating func fill(_ run: PageRun, with value: UInt32) { table.fill(run, value) }

    mutating func isolate(atLeast minimum: Int, unreported: Bool) -> PageRun? {
        let blocks = Int(frames.count / Self.blockPages)
        for _ in 0..<6 {
            let number = UInt64(table.random.below(blocks))
            let run = PageRun(start: frames.start + number * Self.blockPages, count: Self.blockPages)
            if unreported, unchanged.contains(number) { continue }
            guard (run.start..<run.end).allSatisfy({ table.owner(of: $0) == .free }) else { continue }
            for page in run.start..<run.end { table.take(page, .isolated) }
            return run
        }
        return nil
    }

    mutating func restore(_ block: PageRun, wasReported: Bool) {
        for page in block.start..<block.end {
            if let poison, table.contents(of: page) != poison { table.fail("page \(page) lost its poison (spec D38)") }
            table.put(page, from: .isolated)
        }
        if wasReported { unchanged.insert((block.start - frames.start) / Self.blockPages) }
    }

    func statistics() -> BalloonStatistics {
        var set = BalloonStatistics()
        set[.freeMemory] = UInt64(freePages) * PageFrame.size
        set[.totalMemory] = frames.count * PageFrame.size
        set[.availableMemory] = UInt64(freePages) * PageFrame.size
        return set
    }

    /// A page for a program of the guest, without the OOM chain.
    mutating func takeForGuest() -> UInt32? {
        guard let page = table.takeAny(.guest) else { return nil }
        forgetReport(UInt64(page))
        return page
    }

    mutating func putFromGuest(_ page: UInt32) {
        if let poison {
            // The guest poisons what it frees; the table fills only what is not in use.
            table.put(UInt64(page), from: .guest)
            table.take(UInt64(page), .isolated)
            table.fill(PageRun(start: UInt64(page), count: 1), poison)
            table.put(UInt64(page), from: .isolated)
        } else {
            table.put(UInt64(page), from: .guest)
        }
    }

    private mutating func forgetReport(_ page: UInt64) {
        if !unchanged.isEmpty { unchanged.remove((page - frames.start) / Self.blockPages) }
    }
}
