import HostMemory
import Linux
import Testing
import Virtio

@testable import VfioUser

/// DMA_MAP and DMA_UNMAP: memory that firmware lays out anew while the machine runs.
struct MemoryTests {
    private static let mebibyte: UInt64 = 1 << 20

    @Test func memoryWithoutFileAndReadOnlyMemoryIsNoneOfOurs() throws {
        let bench = try Bench()
        try bench.ask(.mapMemory, .words(32, 1) + .longs(0, 0xffc0_0000, 0x40_0000))
        try bench.map(0xc_0000, size: 0x1_0000, fileOffset: 0xc_0000, flags: 1)
        #expect(bench.table.regions.isEmpty)
        try bench.unmap(0xffc0_0000, size: 0x40_0000)
    }

    /// Held pages must not be forgotten for the moment between an unmap and the map behind it.
    @Test func layoutIsSettledByTheNextOtherMessage() throws {
        let bench = try Bench()
        try bench.map(0, size: 4 * Self.mebibyte)
        try bench.unmap(0, size: 4 * Self.mebibyte)
        try bench.map(0, size: Self.mebibyte)
        try bench.map(2 * Self.mebibyte, size: Self.mebibyte, fileOffset: 2 * Self.mebibyte)
        #expect(bench.takeSteps() == Array(repeating: .memoryChanging, count: 4))
        try bench.ask(.reset)
        #expect(bench.takeSteps() == [.memoryChanged, .reset])
        #expect(bench.table.size == 2 * Self.mebibyte)
        // The hole is memory all the same: the guest was given it.
        #expect(bench.table.span == 3 * Self.mebibyte)
    }

    @Test func oneUnmapMayCoverManyMaps() throws {
        let bench = try Bench()
        for index in 0..<8 as Range<UInt64> {
            try bench.map(index * Self.mebibyte, size: Self.mebibyte, fileOffset: index * Self.mebibyte)
        }
        try bench.unmap(2 * Self.mebibyte, size: 4 * Self.mebibyte)
        #expect(bench.table.regions.map { $0.guestAddress >> 20 } == [0, 1, 6, 7])
        // One file, one descriptor.
        #expect(Set(bench.table.regions.map { ObjectIdentifier($0.file) }).count == 1)
        try bench.unmap(0, size: 0, flags: 2)
        #expect(bench.table.regions.isEmpty)
        try bench.unmap(5 * Self.mebibyte, size: .max)
    }

    @Test func whatIsRefusedLeavesTheConnectionAlone() throws {
        let bench = try Bench()
        try bench.map(0, size: 2 * Self.mebibyte)
        for (errno, change) in [
            (17, { try bench.map(Self.mebibyte, size: Self.mebibyte) }),
            (22, { try bench.map(8 * Self.mebibyte, size: Bench.memorySize * 2) }),
            (22, { try bench.map(8 * Self.mebibyte, size: 100) }),
            (22, { try bench.map(8 * Self.mebibyte, size: 0) }),
            (22, { try bench.map(.max - 4095, size: Self.mebibyte) }),
            (22, { try bench.map(8 * Self.mebibyte, size: Self.mebibyte, fileOffset: .max - 4095) }),
            (22, { try bench.unmap(0, size: Self.mebibyte) }),
        ] as [(UInt32, () throws -> Void)] {
            _ = bench.takeSteps()
            #expect { try change() } throws: { error in
                if case .refused(_, errno) = error as? VfioUserFrontEndError { return true }
                return false
            }
            guard case .refused? = bench.takeSteps().last else {
                Issue.record("not said")
                continue
            }
        }
        #expect(bench.table.size == 2 * Self.mebibyte)
    }

    @Test func tooManyMaps() throws {
        let bench = try Bench()
        for index in 0..<512 as Range<UInt64> { try bench.map(index << 13, size: 4096, fileOffset: index << 13) }
        #expect(throws: VfioUserFrontEndError.refused(.mapMemory, errno: 28)) {
            try bench.map(1 << 30, size: 4096)
        }
    }

    /// The ring goes on where it stood when the memory under it was laid out anew.
    @Test func ringsAreResolvedAnew() throws {
        let bench = try Bench()
        try bench.start()
        var chain = DescriptorChain()
        try bench.offer(0)
        #expect(try bench.next(0, into: &chain) == .chain)
        bench.complete(0, head: chain.head)
        try bench.unmap(0, size: Bench.memorySize)
        #expect(!bench.isActive(0))
        #expect(try bench.next(0, into: &chain) == .empty)
        // In two pieces: the rings lie in the second.
        try bench.map(0, size: Self.mebibyte)
        #expect(!bench.isActive(0))
        try bench.map(Self.mebibyte, size: 15 * Self.mebibyte, fileOffset: Self.mebibyte)
        #expect(bench.isActive(0) && bench.problem(0) == nil)
        #expect(bench.position(0) == 1)
        try bench.offer(0, index: 2)
        #expect(try bench.next(0, into: &chain) == .chain)
        bench.complete(0, head: chain.head)
        #expect(try bench.ring(0).usedIndex == 2)
        var pages: UInt64 = 0
        bench.forEachRingPages(0) { pages += $1 }
        #expect(pages == 3)
    }
}
