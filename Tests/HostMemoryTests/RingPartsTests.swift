import Linux
import TestSupport
import Testing
import Virtio

@testable import HostMemory

/// Where the three parts of a ring lie.
@Suite struct RingPartsTests {
    private static let page: UInt64 = 4096

    /// Maps a split ring of 256 entries, the parts at these offsets, and writes through each of its parts.
    private func map(_ table: UInt64, _ driver: UInt64, _ device: UInt64) throws -> [[UInt64]] {
        let file = try MemoryFile.make(64 * Self.page)
        var memory = MemoryTable()
        try memory.add(gibibyte, 64 * Self.page, of: file, userAddress: userBase)
        let parts = try RingParts(
            RingKind(features: 0),
            at: .init(descriptors: userBase + table, used: userBase + device, available: userBase + driver), size: 256,
            in: memory)
        for (pointer, offset, value) in [
            (parts.table, table, 0x11), (parts.driver, driver, 0x22), (parts.device, device, 0x33),
        ] as [(UnsafeMutableRawPointer, UInt64, UInt8)] {
            pointer.storeBytes(of: value, as: UInt8.self)
            #expect(try memory.bytes(at: gibibyte + offset, count: 1) == [value])
        }
        let isBroken = parts.isBroken
        #expect(!isBroken)
        var pages: [[UInt64]] = []
        parts.forEachPageRange { start, count in pages.append([start - gibibyte >> 12, count]) }
        return pages
    }

    @Test("a ring as Linux lays it out is mapped once, in whatever order its parts lie")
    func together() throws {
        #expect(try map(0x1000, 0x2000, 0x3000) == [[1, 3]])
        #expect(try map(0x3000, 0x1800, 0x2000) == [[1, 3]])
        // The table fills its page to the end.
        #expect(try map(0, 0x1000, 0x2000) == [[0, 3]])
    }

    @Test("what lies between parts is not mapped, nor kept from the balloon")
    func apart() throws {
        #expect(try map(0x1000, 0x3000, 0x8000) == [[1, 1], [3, 1], [8, 1]])
        #expect(try map(0x1000, 0x2000, 0x4000) == [[1, 1], [2, 1], [4, 1]])
    }

    @Test("robustness: parts in different regions are mapped apart; addresses that wrap around are refused")
    func regions() throws {
        let file = try MemoryFile.make(4 * Self.page)
        var memory = MemoryTable()
        try memory.add(0, 2 * Self.page, of: file)
        try memory.add(2 * Self.page, 2 * Self.page, of: file, offset: 2 * Self.page, userAddress: userBase + 0x2000)
        func parts(_ device: UInt64) throws(RingMappingError) -> Bool {
            try RingParts(
                RingKind(features: 0),
                at: .init(descriptors: userBase, used: device, available: userBase + 0x1000), size: 256, in: memory
            ).isBroken
        }
        #expect(try !parts(userBase + 0x2000))
        #expect(throws: RingMappingError.self) { try parts(.max - 8) }
    }
}
