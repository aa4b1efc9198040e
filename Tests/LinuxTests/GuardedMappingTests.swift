import CLinux
import Glibc
import Linux
import SystemPackage
import Testing

@Suite struct GuardedMappingTests {
    private func file(pages: Int) throws -> OwnedDescriptor {
        let descriptor = try OwnedDescriptor(clinux_memfd_create("test"), from: "memfd_create")
        ftruncate(descriptor.raw, off_t(pages * 4096))
        return descriptor
    }

    @Test("a window shows the file, both ways")
    func window() throws {
        let file = try file(pages: 4)
        let mapping = try GuardedMapping(of: file.raw, offset: 8192, length: 4096)
        mapping.address.storeBytes(of: 0x1234, as: UInt32.self)
        var value: UInt32 = 0
        #expect(pread(file.raw, &value, 4, 8192) == 4)
        #expect(value == 0x1234)
        #expect(mapping.isBroken == false)
        #expect(mapping.length == 4096)
    }

    @Test("robustness: a file truncated under a window does not kill the process")
    func truncated() throws {
        let file = try file(pages: 4)
        let mapping = try GuardedMapping(of: file.raw, offset: 0, length: 4 * 4096)
        mapping.address.storeBytes(of: 7, as: UInt8.self)
        ftruncate(file.raw, 0)
        #expect(mapping.address.load(fromByteOffset: 3 * 4096, as: UInt64.self) == 0)
        #expect(mapping.isBroken == true)
        #expect(mapping.address.load(as: UInt8.self) == 0)
        mapping.address.storeBytes(of: 9, as: UInt8.self)
        #expect(mapping.address.load(as: UInt8.self) == 9, "writes go nowhere, and do no harm")
    }

    @Test("robustness: the first touch may be a write")
    func truncatedWrite() throws {
        let file = try file(pages: 1)
        let mapping = try GuardedMapping(of: file.raw, offset: 0, length: 4096)
        ftruncate(file.raw, 0)
        mapping.address.storeBytes(of: 9, as: UInt8.self)
        #expect(mapping.isBroken == true)
        var status = stat()
        #expect(fstat(file.raw, &status) == 0)
        #expect(status.st_size == 0)
    }

    @Test("a window that broke says nothing of its neighbours, nor of the next at its address")
    func others() throws {
        let broken = try file(pages: 1)
        let sound = try file(pages: 1)
        let neighbour = try GuardedMapping(of: sound.raw, offset: 0, length: 4096)
        for _ in 0..<3 {
            let mapping = try GuardedMapping(of: broken.raw, offset: 0, length: 4096)
            #expect(mapping.isBroken == false)
            ftruncate(broken.raw, 0)
            #expect(mapping.address.load(as: UInt8.self) == 0)
            #expect(mapping.isBroken == true)
            #expect(neighbour.isBroken == false)
            ftruncate(broken.raw, 4096)
        }
    }

    @Test("what cannot be mapped is an error")
    func refused() throws {
        let file = try file(pages: 1)
        #expect(throws: SystemError("mmap", .invalidArgument)) {
            _ = try GuardedMapping(of: file.raw, offset: 1, length: 4096)
        }
        #expect(throws: SystemError("mmap", .invalidArgument)) {
            _ = try GuardedMapping(of: file.raw, offset: 0, length: 0)
        }
        let pipe = try Pipe()
        #expect(throws: SystemError.self) { _ = try GuardedMapping(of: pipe.reading.raw, offset: 0, length: 4096) }
    }

    @Test("many windows at once, from many threads")
    func threads() async throws {
        try await withThrowingTaskGroup { group in
            for number in 0..<8 {
                group.addTask {
                    let file = try self.file(pages: 1)
                    for round in 0..<50 {
                        let mapping = try GuardedMapping(of: file.raw, offset: 0, length: 4096)
                        mapping.address.storeBytes(of: number, as: Int.self)
                        #expect(mapping.address.load(as: Int.self) == number)
                        guard round % 10 == 9 else { continue }
                        ftruncate(file.raw, 0)
                        #expect(mapping.address.load(as: Int.self) == 0)
                        #expect(mapping.isBroken == true)
                        ftruncate(file.raw, 4096)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
