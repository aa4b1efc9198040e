import Balloon
import Linux
import SystemPackage
import TestSupport
import Testing

@testable import HostMemory

/// What is pending, one step at a time.
@Suite struct PendingPagesTests {
    private static let page: UInt64 = 4096
    private static let huge: UInt64 = 2 << 20

    private static func make(
        _ size: UInt64, pageSize: UInt64 = 0, blockSize: UInt64 = 0
    ) throws -> (MemoryFile, PendingPages) {
        let file = try MemoryFile.sealed(name: "test", size: size, pageSize: pageSize, blockSize: blockSize)
        try file.fill(0..<size, with: 7)
        var table = MemoryTable()
        try table.add(gibibyte, size, of: file)
        return (file, try #require(PendingPages(table)))
    }

    private static let first = gibibyte >> 12

    private static func run(_ start: UInt64, _ count: UInt64) -> PageRun {
        PageRun(start: first + start, count: count)
    }

    /// All that a discard thread does in one sweep.
    private static func sweep(_ set: PendingPages, includingPartial: Bool = true) {
        var cursor = PendingPages.Cursor()
        while let claim = set.claim(from: &cursor, includingPartial: includingPartial) {
            set.perform(claim)
            set.finish()
        }
    }

    @Test("spec V3: pending pages are there until they are swept; neighbours of several messages are one hole")
    func joins() throws {
        let (file, set) = try Self.make(mebibyte)
        for start in [8, 0, 4] as [UInt64] { #expect(set.insert(Self.run(start, 4))) }
        #expect(set.insert(Self.run(100, 1)))
        #expect(set.count == 13)
        #expect(try file.allocatedBytes() == mebibyte)
        #expect(set.takeDirt() && !set.takeDirt())
        Self.sweep(set)
        #expect(set.count == 0)
        #expect(set.counters.calls == 2)
        #expect(set.counters.bytes == 13 * Self.page)
        #expect(try file.allocatedBytes() == mebibyte - 13 * Self.page)
    }

    @Test("spec V3: deflating what is pending makes no system call, neither punch nor refault")
    func cancels() throws {
        let (file, set) = try Self.make(mebibyte)
        #expect(set.insert(Self.run(0, 256)))
        set.takeBack(Self.run(0, 256), populating: true)
        #expect(set.count == 0)
        Self.sweep(set)
        #expect(set.counters == DiscardCounters())
        #expect(try file.allocatedBytes() == mebibyte)
        // Of a run that is half discarded the other half stays, and only the gone half is brought in.
        #expect(set.insert(Self.run(0, 4)))
        Self.sweep(set)
        #expect(set.insert(Self.run(4, 4)))
        set.takeBack(Self.run(0, 8), populating: true)
        Self.sweep(set)
        #expect(set.counters.calls == 1)
        #expect(set.counters.populatedBytes == 4 * Self.page)
        #expect(try file.allocatedBytes() == mebibyte)
    }

    @Test("pages that are inflated again are not brought in")
    func populateIsCancelled() throws {
        let (file, set) = try Self.make(mebibyte)
        #expect(set.insert(Self.run(0, 8)))
        Self.sweep(set)
        set.takeBack(Self.run(0, 8), populating: true)
        #expect(set.insert(Self.run(0, 6)))
        set.exclude(Self.run(6, 1))
        Self.sweep(set)
        #expect(set.counters.populatedBytes == Self.page)
        #expect(try file.allocatedBytes() == mebibyte - 7 * Self.page)
    }

    @Test("what is pending is bounded")
    func bounded() throws {
        let (_, set) = try Self.make(mebibyte)
        let size = 2 * PendingPages.most << 12
        let file = try MemoryFile.sealed(name: "large", size: size)
        var table = MemoryTable()
        try table.add(0, size, of: file)
        let large = try #require(PendingPages(table))
        #expect(large.insert(PageRun(start: 0, count: PendingPages.most)))
        #expect(!large.insert(PageRun(start: PendingPages.most, count: 1)))
        large.takeBack(PageRun(start: 0, count: 2))
        #expect(large.insert(PageRun(start: PendingPages.most, count: 2)))
        #expect(!set.insert(PageRun(start: 0, count: 1)), "outside memory")
        #expect(!set.insert(Self.run(255, 2)), "half outside")
        set.takeBack(Self.run(255, 2))
    }

    @Test("large runs are punched in bounded pieces, aligned in the file")
    func pieces() throws {
        let file = try MemoryFile.sealed(name: "test", size: 8 * mebibyte)
        var table = MemoryTable()
        try table.add(gibibyte, 7 * mebibyte, of: file, offset: mebibyte)
        let set = try #require(PendingPages(table))
        #expect(set.insert(Self.run(0, 7 * 256)))
        var cursor = PendingPages.Cursor()
        var runs: [PageRun] = []
        while let claim = set.claim(from: &cursor, includingPartial: true) {
            runs += claim.runs
            #expect(set.isUnderWay(claim.runs[0]))
            set.finish()
            #expect(!set.isUnderWay(claim.runs[0]))
        }
        #expect(runs == [(0, 256), (256, 512), (768, 512), (1280, 512)].map { Self.run($0.0, $0.1) })
    }

    @Test("a piece is punched whole when it fills, and partly only when it is asked for")
    func wholeBlocksFirst() throws {
        let (file, set) = try Self.make(4 * Self.huge, blockSize: Self.huge)
        #expect(set.insert(Self.run(0, 511)))
        #expect(set.insert(Self.run(512, 512)))
        Self.sweep(set, includingPartial: false)
        #expect(set.count == 511)
        #expect(set.counters.calls == 1 && set.counters.bytes == Self.huge)
        #expect(set.insert(Self.run(511, 1)))
        #expect(set.insert(Self.run(1024, 1)))
        Self.sweep(set, includingPartial: false)
        #expect(set.counters.calls == 2 && set.count == 1)
        Self.sweep(set)
        #expect(set.count == 0)
        #expect(try file.allocatedBytes() == 2 * Self.huge - Self.page)
    }

    @Test("huge pages: a page of which a part was taken back is not punched")
    func brokenBlock() throws {
        let (file, set) = try Self.make(2 * Self.huge, pageSize: Self.huge)
        #expect(set.insert(Self.run(0, 1024)))
        set.takeBack(Self.run(700, 1))
        Self.sweep(set)
        #expect(set.count == 0)
        #expect(set.counters.calls == 1 && set.counters.bytes == Self.huge)
        #expect(try file.allocatedBytes() == Self.huge)
    }

    @Test("a punch that fails is counted and named, and the others go on")
    func failure() throws {
        let (file, set) = try Self.make(mebibyte)
        #expect(set.insert(Self.run(0, 4)))
        Self.sweep(set)
        try sealAgainstWriting(file)
        #expect(set.insert(Self.run(8, 4)))
        #expect(set.insert(Self.run(16, 4)))
        Self.sweep(set)
        #expect(set.counters.calls == 3 && set.counters.failures == 2)
        #expect(set.counters.failedBytes == 8 * Self.page)
        #expect(set.counters.lastError == SystemError("fallocate(PUNCH_HOLE)", .notPermitted))
    }

    @Test("what is left can be flushed, or forgotten")
    func ends() throws {
        let (file, set) = try Self.make(4 * mebibyte)
        #expect(set.insert(Self.run(0, 3)))
        #expect(set.insert(Self.run(600, 3)))
        var pieces = 0
        while set.flushOnePiece() { pieces += 1 }
        #expect(pieces == 2 && set.count == 0)
        #expect(try file.allocatedBytes() == 4 * mebibyte - 6 * Self.page)
        #expect(set.insert(Self.run(10, 3)))
        set.takeBack(Self.run(0, 3), populating: true)
        set.removeAll()
        #expect(set.count == 0)
        Self.sweep(set)
        #expect(try file.allocatedBytes() == 4 * mebibyte - 6 * Self.page)
    }

    /// The model: a page that the guest has is never touched, from the moment its deflation is acknowledged.
    @Test(
        "property: any order of inflate, deflate, claim, punch, and end keeps the guest's pages",
        arguments: SeededGenerator.seeds(20))
    func interleavings(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pages: UInt64 = 2048
        let pageSize: UInt64 = random.pick([0, 0, 16384])
        let (file, set) = try Self.make(pages * Self.page, pageSize: pageSize)
        var given: Set<UInt64> = []
        var claim: PendingPages.Claim?
        var isPerformed = false
        var cursor = PendingPages.Cursor()
        func finish() {
            guard let open = claim else { return }
            if !isPerformed { set.perform(open) }
            set.finish()
            claim = nil
        }
        for step in 0..<600 {
            let start = random.number(0...pages - 1)
            let count = min(pages - start, random.number(1...random.pick([4, 300])))
            let run = Self.run(start, count)
            switch random.number(0...9) {
            case 0...2:
                #expect(set.insert(run))
                given.formUnion(run.start..<run.end)
            case 3, 4:
                // Only this may have to wait for the punch that is under way.
                if claim != nil, set.isUnderWay(run) { finish() }
                set.takeBack(run, populating: random.number(0...1) == 0)
                // The guest writes its pages as soon as it has them again.
                for page in run.start..<run.end where given.remove(page) != nil {
                    try file.fill((page - Self.first) << 12..<(page - Self.first + 1) << 12, with: 7)
                }
            case 5, 6:
                finish()
                if random.number(0...3) == 0 { cursor = PendingPages.Cursor() }
                claim = set.claim(from: &cursor, includingPartial: true)
                if claim == nil { cursor = PendingPages.Cursor() }
                isPerformed = false
            case 7:
                if let open = claim, !isPerformed {
                    set.perform(open)
                    isPerformed = true
                }
            case 8: finish()
            default:
                finish()
                // The table changes: what is pending is punched before.
                if random.number(0...9) == 0 { while set.flushOnePiece() {} }
            }
            if step % 50 == 49 { try expect(file, pages, given) }
        }
        finish()
        while set.flushOnePiece() {}
        #expect(set.count == 0)
        try expect(file, pages, given)
        if pageSize == 0 {
            set.removeAll()
            for page in given { #expect(try byte(file, page) == 0, "page \(page) was given and is still there") }
        }
    }

    private func byte(_ file: MemoryFile, _ page: UInt64) throws -> UInt8 {
        var byte: UInt8 = 0xee
        _ = try withUnsafeMutableBytes(of: &byte) { try file.read(offset: (page - Self.first) << 12, into: $0) }
        return byte
    }

    private func expect(_ file: MemoryFile, _ pages: UInt64, _ given: Set<UInt64>) throws {
        for page in Self.first..<Self.first + pages where !given.contains(page) {
            #expect(try byte(file, page) == 7, "page \(page) is the guest's and lost its content")
        }
    }
}
