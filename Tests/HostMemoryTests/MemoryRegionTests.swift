import HostMemory
import Linux
import SystemPackage
import Testing

@Suite struct MemoryRegionTests {
    private func region(
        _ address: UInt64, _ size: UInt64, offset: UInt64 = 0, user: UInt64 = userBase, fileSize: UInt64 = 1 << 20
    ) throws -> MemoryRegion {
        try MemoryRegion(
            guestAddress: address, size: size, userAddress: user, fileOffset: offset, file: .make(fileSize))
    }

    @Test("a region knows its end")
    func end() throws {
        #expect(try region(4096, 8192).guestEnd == 12288)
    }

    @Test(
        "robustness: address, size and offset are multiples of 4096, and the size is not zero",
        arguments: [(1, 4096, 0), (4096, 100, 0), (4096, 0, 0), (4096, 4096, 512)] as [(UInt64, UInt64, UInt64)])
    func misaligned(address: UInt64, size: UInt64, offset: UInt64) {
        #expect(throws: MemoryRegionError.misaligned(address: address, size: size)) {
            try region(address, size, offset: offset)
        }
    }

    @Test("spec wire facts: 16 TiB is the end of what a balloon can name")
    func tooHigh() throws {
        #expect(throws: Never.self) { try region((1 << 44) - 4096, 4096) }
        let last = UInt64.max - 4095
        for (address, size) in [(1 << 44, 4096), ((1 << 44) - 4096, 8192), (last, 4096), (0, 1 << 45)]
            as [(UInt64, UInt64)]
        {
            #expect(throws: MemoryRegionError.tooHigh(address: address, size: size)) { try region(address, size) }
        }
    }

    @Test("robustness: a region in the VMM's address space does not wrap around")
    func userWraps() {
        #expect(throws: MemoryRegionError.tooHigh(address: 0, size: 8192)) {
            try region(0, 8192, user: .max - 4096)
        }
    }

    @Test("robustness: a region lies in its file")
    func beyondFile() throws {
        #expect(throws: Never.self) { try region(0, 8192, offset: 4096, fileSize: 12288) }
        #expect(throws: MemoryRegionError.beyondFile(address: 0, end: 16384, file: 12288)) {
            try region(0, 8192, offset: 8192, fileSize: 12288)
        }
        let last = UInt64.max - 4095
        #expect(throws: MemoryRegionError.self) { try region(0, 8192, offset: last) }
    }

    @Test("a file that is open for reading only gives nothing back, so it is refused")
    func readOnly() throws {
        let file = try MemoryFile.make(8192)
        let descriptor = try FileDescriptor.open("/proc/self/fd/\(file.descriptor.raw)", .readOnly)
        let reading = try MemoryFile(owning: OwnedDescriptor(owning: descriptor.rawValue))
        #expect(throws: MemoryRegionError.readOnly(address: 4096)) {
            try MemoryRegion(guestAddress: 4096, size: 4096, userAddress: 0, fileOffset: 0, file: reading)
        }
    }

    @Test("each refusal says where and why")
    func descriptions() {
        let errors: [MemoryRegionError] = [
            .misaligned(address: 4096, size: 1), .tooHigh(address: 4096, size: 1),
            .beyondFile(address: 4096, end: 2, file: 1), .readOnly(address: 4096), .overlapping(address: 4096),
            .unknown(address: 4096),
        ]
        for error in errors { #expect("\(error)".contains("0x1000")) }
        #expect("\(MemoryRegionError.tooMany(limit: 9))".contains("9"))
    }
}
