import HostMemory
import Linux
import TestSupport
import Testing
import Virtio

@Suite struct MemoryTableTests {
    @Test("regions are kept in the order of their addresses")
    func order() throws {
        let file = try MemoryFile.make(mebibyte)
        var table = MemoryTable()
        for address in [3, 1, 2, 0] as [UInt64] { try table.add(address << 20, 4096, of: file, offset: address << 12) }
        #expect(table.regions.map(\.guestAddress) == [0, 1 << 20, 2 << 20, 3 << 20])
        #expect(table.size == 4 * 4096)
    }

    @Test("robustness: regions that overlap for the guest, or for the VMM, are refused")
    func overlap() throws {
        let file = try MemoryFile.make(mebibyte)
        var table = MemoryTable()
        try table.add(8192, 8192, of: file)
        for (address, size) in [(8192, 8192), (4096, 8192), (12288, 4096), (0, 32768)] as [(UInt64, UInt64)] {
            #expect(throws: MemoryRegionError.overlapping(address: address)) {
                try table.add(address, size, of: file, userAddress: 4096)
            }
        }
        #expect(throws: MemoryRegionError.overlapping(address: 65536)) {
            try table.add(65536, 4096, of: file, userAddress: userBase + 12288)
        }
        try table.add(4096, 4096, of: file)
        try table.add(16384, 4096, of: file)
        #expect(table.regions.count == 3, "neighbours do not overlap")
    }

    @Test("robustness: the number of regions is bounded")
    func limit() throws {
        let file = try MemoryFile.make(4096)
        var table = MemoryTable()
        for index in 0..<UInt64(MemoryTable.mostRegions) { try table.add(index << 12, 4096, of: file) }
        #expect(throws: MemoryRegionError.tooMany(limit: 512)) { try table.add(1 << 30, 4096, of: file) }
    }

    @Test("a region goes by address, size and the VMM's address, all three")
    func removal() throws {
        let file = try MemoryFile.make(mebibyte)
        var table = MemoryTable()
        try table.add(4096, 8192, of: file)
        for (address, size, user) in [(0, 8192, 4096), (4096, 4096, 4096), (4096, 8192, 0)]
            as [(UInt64, UInt64, UInt64)]
        {
            #expect(throws: MemoryRegionError.unknown(address: address)) {
                try table.remove(guestAddress: address, size: size, userAddress: userBase + user)
            }
        }
        try table.remove(guestAddress: 4096, size: 8192, userAddress: userBase + 4096)
        #expect(table.regions.isEmpty)
        #expect(throws: MemoryRegionError.unknown(address: 4096)) {
            try table.remove(guestAddress: 4096, size: 8192, userAddress: userBase + 4096)
        }
        try table.add(4096, 8192, of: file)
    }

    @Test("memory is read through the file, at a region's offset")
    func read() throws {
        let file = try MemoryFile.make(16384, filledWith: 1)
        try file.fill(8192..<12288, with: 2)
        var table = MemoryTable()
        try table.add(1 << 32, 8192, of: file, offset: 4096)
        #expect(try table.bytes(at: (1 << 32) + 4094, count: 4) == [1, 1, 2, 2])
        #expect(try table.bytes(at: (1 << 32) + 8188, count: 4) == [2, 2, 2, 2])
        #expect(try table.bytes(at: 1 << 32, count: 0) == [])
    }

    @Test("robustness: a range that leaves its region is outside, though the next one begins there")
    func edges() throws {
        let file = try MemoryFile.make(16384)
        var table = MemoryTable()
        try table.add(4096, 4096, of: file)
        try table.add(8192, 4096, of: file, offset: 4096)
        for (address, count) in [(0, 4), (4092, 8), (8188, 8), (12284, 8), (12288, 1), (.max, 4), (.max - 2, 1)]
            as [(UInt64, Int)]
        {
            #expect(throws: GuestMemoryError.outsideMemory) { try table.bytes(at: address, count: count) }
        }
        #expect(throws: Never.self) { try table.bytes(at: 4096, count: 4096) }
    }

    @Test("robustness: a file that was truncated is unreadable")
    func truncated() throws {
        let path = try TemporaryFolder()
        let file = try unsealedFile(in: path, size: 8192)
        var table = MemoryTable()
        try table.add(0, 8192, of: file)
        #expect(throws: Never.self) { try table.bytes(at: 4096, count: 4096) }
        try resize(file, to: 4096)
        #expect(throws: GuestMemoryError.unreadable) { try table.bytes(at: 4096, count: 4096) }
        #expect(throws: Never.self) { try table.bytes(at: 0, count: 4096) }
    }

    @Test("an address of the VMM is found in its region, to the last byte")
    func locate() throws {
        let file = try MemoryFile.make(mebibyte)
        var table = MemoryTable()
        try table.add(0, 8192, of: file, userAddress: 0x5000_0000)
        try table.add(1 << 32, 4096, of: file, offset: 8192, userAddress: 0x4000_0000)
        let first = table.locate(userAddress: 0x5000_0010, count: 16)
        #expect(first?.region == 0 && first?.offset == 16)
        let second = table.locate(userAddress: 0x4000_0ffc, count: 4)
        #expect(second?.region == 1 && second?.offset == 4092)
        for (address, count) in [(0x4000_0ffd, 4), (0x4000_1000, 1), (0x3fff_ffff, 2), (.max, .max), (0, 1)]
            as [(UInt64, UInt64)]
        {
            #expect(table.locate(userAddress: address, count: count) == nil)
        }
    }

    @Test("two regions of one file: 4 GiB of memory with the hole below 4 GiB")
    func holeBelow4GiB() throws {
        let file = try MemoryFile.make(4 * gibibyte)
        var table = MemoryTable()
        try table.add(0, 3 * gibibyte, of: file)
        let copy = try MemoryFile(owning: try file.descriptor.duplicate())
        try table.add(4 * gibibyte, gibibyte, of: copy, offset: 3 * gibibyte)
        #expect(table.size == 4 * gibibyte)
        try file.fill(3 * gibibyte..<3 * gibibyte + 4096, with: 9)
        try file.fill(0..<8192, with: 8)
        #expect(try table.bytes(at: 4 * gibibyte, count: 2) == [9, 9])
        #expect(throws: GuestMemoryError.outsideMemory) { try table.bytes(at: 3 * gibibyte, count: 1) }
        #expect(try table.allocatedBytes() == 12288, "one file is counted once")
        #expect(table.regions[0].file === table.regions[1].file, "two descriptors of one file become one")
    }

    @Test("memory of several files is the sum of theirs")
    func severalFiles() throws {
        var table = MemoryTable()
        try table.add(0, 4096, of: .make(4096, filledWith: 1))
        try table.add(4096, 8192, of: .make(8192, filledWith: 1))
        try table.add(65536, 8192, of: .make(8192))
        #expect(try table.allocatedBytes() == 12288)
        #expect(try MemoryTable().allocatedBytes() == 0)
    }
}
