import CLinux
import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite struct MemoryFileTests {
    private static let mebibyte: UInt64 = 1 << 20

    private func unsealed(size: UInt64) throws -> MemoryFile {
        let descriptor = try OwnedDescriptor(clinux_memfd_create("test"), from: "memfd_create")
        ftruncate(descriptor.raw, off_t(size))
        return try MemoryFile(owning: descriptor)
    }

    private func fill(_ file: MemoryFile, _ byte: UInt8) throws {
        let block = [UInt8](repeating: byte, count: Int(file.size))
        try block.withUnsafeBytes { try file.write(offset: 0, from: $0) }
    }

    @Test("a sealed file knows its facts")
    func facts() throws {
        let file = try MemoryFile.sealed(name: "test", size: Self.mebibyte)
        #expect(file.size == Self.mebibyte)
        #expect(file.pageSize == 4096)
        #expect(file.isWritable)
        #expect(file.isSealed)
        #expect(try file.allocatedBytes() == 0)
        #expect(isCloseOnExec(file.descriptor.raw))
        #expect(ftruncate(file.descriptor.raw, 0) < 0, "sealed against shrinking")
        #expect(ftruncate(file.descriptor.raw, 2 << 20) < 0, "sealed against growing")
    }

    @Test("a file without the seal is told apart")
    func notSealed() throws {
        #expect(try !unsealed(size: 4096).isSealed)
        let folder = try TemporaryFolder()
        let descriptor = try OwnedDescriptor(open(folder.file("memory"), O_RDWR | O_CREAT, 0o600), from: "open")
        let file = try MemoryFile(owning: descriptor)
        #expect(!file.isSealed)
        #expect(file.size == 0)
    }

    @Test("two descriptors of one file have one identity; two files have two")
    func identity() throws {
        let file = try unsealed(size: 4096)
        let copy = try MemoryFile(owning: try file.descriptor.duplicate())
        let other = try unsealed(size: 4096)
        #expect(copy.identity == file.identity)
        #expect(other.identity != file.identity)
    }

    @Test("a file opened for reading only is not writable, and cannot be punched")
    func readOnly() throws {
        let file = try unsealed(size: 4096)
        let path = "/proc/self/fd/\(file.descriptor.raw)"
        let reading = try MemoryFile(owning: OwnedDescriptor(open(path, O_RDONLY), from: "open"))
        #expect(!reading.isWritable)
        #expect(throws: SystemError("fallocate(PUNCH_HOLE)", .badFileDescriptor)) {
            try reading.punchHole(offset: 0, length: 4096)
        }
    }

    @Test("a punched hole frees its blocks, reads as zeros, and leaves the rest")
    func punch() throws {
        let file = try MemoryFile.sealed(name: "test", size: Self.mebibyte)
        try fill(file, 0x55)
        #expect(try file.allocatedBytes() == Self.mebibyte)
        try file.punchHole(offset: 4096, length: 8192)
        #expect(try file.allocatedBytes() == Self.mebibyte - 8192)
        var bytes = [UInt8](repeating: 1, count: 16384)
        #expect(try bytes.withUnsafeMutableBytes { try file.read(offset: 0, into: $0) } == 16384)
        let expected = [UInt8](repeating: 0x55, count: 4096)
        #expect(bytes == expected + [UInt8](repeating: 0, count: 8192) + expected)
        #expect(file.size == Self.mebibyte)
    }

    @Test(
        "what cannot be punched is an error",
        arguments: [(0, 0), (UInt64.max, 4096), (0, UInt64.max)] as [(UInt64, UInt64)])
    func badRange(offset: UInt64, length: UInt64) throws {
        let file = try unsealed(size: 4096)
        if length == .max {
            try file.punchHole(offset: offset, length: length)
        } else {
            #expect(throws: SystemError.self) { try file.punchHole(offset: offset, length: length) }
        }
    }

    @Test("reading stops at the end of a file that was truncated")
    func truncated() throws {
        let file = try unsealed(size: 8192)
        ftruncate(file.descriptor.raw, 4100)
        var bytes = [UInt8](repeating: 1, count: 4096)
        #expect(try bytes.withUnsafeMutableBytes { try file.read(offset: 4096, into: $0) } == 4)
        #expect(try bytes.withUnsafeMutableBytes { try file.read(offset: 8192, into: $0) } == 0)
        #expect(file.size == 8192, "as it was taken over")
    }

    @Test("what is no file has no memory: a pipe cannot be punched")
    func pipe() throws {
        let file = try MemoryFile(owning: try Pipe().writing.duplicate())
        #expect(!file.isWritable)
        #expect(throws: SystemError.self) { try file.punchHole(offset: 0, length: 4096) }
    }
}
