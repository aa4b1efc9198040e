import HostMemory
import Linux
import TestSupport
import Testing

@Suite struct RingMappingTests {
    @Test("a ring is mapped at its place, and knows the guest's pages that it touches")
    func mapped() throws {
        let file = try MemoryFile.make(mebibyte)
        var table = MemoryTable()
        try table.add(gibibyte, mebibyte - 4096, of: file, offset: 4096, userAddress: 0x5000_0000)
        let ring = try RingMapping(of: table, userAddress: 0x5000_0ff0, count: 32)
        ring.address.storeBytes(of: 0x0102, as: UInt16.self)
        (ring.address + 30).storeBytes(of: 0x0304, as: UInt16.self)
        #expect(try table.bytes(at: gibibyte + 0xff0, count: 2) == [2, 1])
        #expect(try table.bytes(at: gibibyte + 0xff0 + 30, count: 2) == [4, 3])
        #expect(ring.firstPage == gibibyte >> 12)
        #expect(ring.pageCount == 2)
        #expect(ring.isBroken == false)
    }

    @Test("a ring that ends with its page touches one page")
    func onePage() throws {
        var table = MemoryTable()
        try table.add(0, 8192, of: .make(8192))
        let ring = try RingMapping(of: table, userAddress: userBase + 4096, count: 4096)
        #expect(ring.firstPage == 1)
        #expect(ring.pageCount == 1)
    }

    @Test("robustness: a ring outside memory, or that ends outside, is refused")
    func outside() throws {
        var table = MemoryTable()
        let file = try MemoryFile.make(8192)
        try table.add(0, 4096, of: file)
        try table.add(4096, 4096, of: file, offset: 4096, userAddress: 0x1000)
        for address in [userBase - 1, userBase + 4095, userBase + 4096, 0, .max] {
            #expect(throws: RingMappingError.outsideMemory(address)) {
                _ = try RingMapping(of: table, userAddress: address, count: 16)
            }
        }
    }

    @Test("robustness: a file truncated under a ring breaks the ring, not the process")
    func truncated() throws {
        let folder = try TemporaryFolder()
        let file = try unsealedFile(in: folder, size: 8192)
        var table = MemoryTable()
        try table.add(0, 8192, of: file)
        let ring = try RingMapping(of: table, userAddress: userBase + 4096, count: 64)
        try resize(file, to: 0)
        #expect(ring.address.load(as: UInt16.self) == 0)
        #expect(ring.isBroken == true)
    }
}
