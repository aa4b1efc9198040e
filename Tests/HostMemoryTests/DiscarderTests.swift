import Balloon
import HostMemory
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite struct DiscarderTests {
    @Test("a discarded run frees its blocks, reads as zeros, and leaves its neighbours")
    func frees() throws {
        let file = try MemoryFile.make(mebibyte, filledWith: 7)
        var table = MemoryTable()
        try table.add(gibibyte, mebibyte, of: file)
        var discarder = Discarder()
        discarder.discard(PageRun(start: gibibyte >> 12 + 1, count: 3), in: table)
        #expect(try file.allocatedBytes() == mebibyte - 3 * 4096)
        #expect(discarder.calls == 1 && discarder.bytes == 3 * 4096 && discarder.failures == 0)
        #expect(discarder.lastError == nil)
        #expect(try table.bytes(at: gibibyte + 4095, count: 2) == [7, 0])
        #expect(try table.bytes(at: gibibyte + 4 * 4096 - 1, count: 2) == [0, 7])
    }

    @Test("the file's offset of a region counts, not the guest's address")
    func offset() throws {
        let file = try MemoryFile.make(4 * 4096, filledWith: 7)
        var table = MemoryTable()
        try table.add(0, 8192, of: file, offset: 8192)
        try table.add(1 << 32, 8192, of: file)
        var discarder = Discarder()
        discarder.discard(PageRun(start: 1, count: 1), in: table)
        discarder.discard(PageRun(start: 1 << 20, count: 1), in: table)
        var bytes = [UInt8](repeating: 1, count: 4 * 4096)
        _ = try bytes.withUnsafeMutableBytes { try file.read(offset: 0, into: $0) }
        #expect((0..<4).map { bytes[$0 * 4096] } == [0, 7, 7, 0])
    }

    @Test(
        "robustness: a run outside memory, or half outside, or beyond all addresses, touches nothing",
        arguments: [(4, 1), (3, 2), (0, 5), (1 << 32, 1), (1 << 52, 1), ((1 << 52) + 1, 1), (.max, 1), (1, 1 << 52)]
            as [(UInt64, UInt64)])
    func outside(start: UInt64, count: UInt64) throws {
        let file = try MemoryFile.make(4 * 4096, filledWith: 7)
        var table = MemoryTable()
        try table.add(0, 4 * 4096, of: file)
        var discarder = Discarder()
        discarder.discard(PageRun(start: start, count: count), in: table)
        #expect(try file.allocatedBytes() == 4 * 4096)
        #expect(discarder.calls == 0 && discarder.bytes == 0 && discarder.failures == 0)
    }

    @Test("what is free already is discarded again without harm")
    func twice() throws {
        let file = try MemoryFile.make(8192, filledWith: 7)
        var table = MemoryTable()
        try table.add(0, 8192, of: file)
        var discarder = Discarder()
        for _ in 0..<2 { discarder.discard(PageRun(start: 0, count: 2), in: table) }
        #expect(try file.allocatedBytes() == 0)
        #expect(discarder.calls == 2)
    }

    @Test("a file system without hole punching is a failure that is counted and named")
    func unsupported() throws {
        // FAT, NFS and others cannot punch; of what is everywhere, sealing against writes refuses it, too.
        let file = try MemoryFile.make(8192, filledWith: 7)
        var table = MemoryTable()
        try table.add(0, 8192, of: file)
        try sealAgainstWriting(file)
        var discarder = Discarder()
        discarder.discard(PageRun(start: 0, count: 1), in: table)
        discarder.discard(PageRun(start: 1, count: 1), in: table)
        #expect(discarder.calls == 2 && discarder.failures == 2 && discarder.bytes == 0)
        #expect(discarder.lastError == SystemError("fallocate(PUNCH_HOLE)", .notPermitted))
        #expect(try file.allocatedBytes() == 8192)
    }

    @Test("a file of which nothing can be given back is known when it is mapped, and no call is made for it")
    func knownFromTheStart() throws {
        let whole = try MemoryFile.make(8192, filledWith: 7)
        #expect(whole.punchProblem == nil)
        #expect(try whole.allocatedBytes() == 8192, "trying it changed nothing")
        try sealAgainstWriting(whole)
        let file = try MemoryFile(owning: whole.descriptor.duplicate())
        #expect(file.punchProblem == SystemError("fallocate(PUNCH_HOLE)", .notPermitted))
        var table = MemoryTable()
        try table.add(0, 8192, of: file)
        var discarder = Discarder()
        discarder.discard(PageRun(start: 0, count: 1), in: table)
        #expect(discarder.calls == 0 && discarder.failures == 0)
        #expect(discarder.counters.failedBytes == 4096)
        #expect(try #require(PendingPages(table)).insert(PageRun(start: 0, count: 1)) == false)
    }

    @Test("property: what is punched is what was asked for", arguments: SeededGenerator.seeds(5))
    func model(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let file = try MemoryFile.make(256 * 4096, filledWith: 7)
        var table = MemoryTable()
        // Two regions that swap the halves of the file, with a hole between.
        try table.add(0, 128 * 4096, of: file, offset: 128 * 4096)
        try table.add(1024 * 4096, 128 * 4096, of: file)
        var left = Set((0..<128) as Range<UInt64>).union(1024..<1152)
        var discarder = Discarder()
        for _ in 0..<60 {
            let run = PageRun(start: random.pick([0, 1024]) + random.number(0...130), count: random.number(1...8))
            let pages = run.start..<run.end
            let isInside = pages.allSatisfy { (0..<128).contains($0) || (1024..<1152).contains($0) }
            discarder.discard(run, in: table)
            if isInside { left.subtract(pages) }
        }
        #expect(try file.allocatedBytes() == UInt64(left.count) * 4096)
        for page in Array(0..<128) + Array(1024..<1152) as [UInt64] {
            #expect(try table.bytes(at: page << 12, count: 1) == [left.contains(page) ? 7 : 0], "page \(page)")
        }
    }
}
