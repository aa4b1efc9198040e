import Glibc
import HostMemory
import Linux
import SystemPackage
import TestSupport

let kibibyte: UInt64 = 1 << 10
let mebibyte: UInt64 = 1 << 20
let gibibyte: UInt64 = 1 << 30

extension MemoryFile {
    /// A memory file of this test, filled with one byte if wanted.
    static func make(_ size: UInt64, filledWith byte: UInt8? = nil) throws -> MemoryFile {
        let file = try MemoryFile.sealed(name: "test", size: size)
        if let byte { try file.fill(0..<size, with: byte) }
        return file
    }

    func fill(_ range: Range<UInt64>, with byte: UInt8) throws {
        let block = [UInt8](repeating: byte, count: Int(range.count))
        try block.withUnsafeBytes { try write(offset: range.lowerBound, from: $0) }
    }
}

extension MemoryTable {
    /// Adds a region; where the VMM has it mapped follows from its guest address unless a test says otherwise.
    mutating func add(
        _ guestAddress: UInt64, _ size: UInt64, of file: MemoryFile, offset: UInt64 = 0, userAddress: UInt64? = nil
    ) throws {
        try add(
            MemoryRegion(
                guestAddress: guestAddress, size: size, userAddress: userAddress ?? userBase + guestAddress,
                fileOffset: offset, file: file))
    }

    func bytes(at address: UInt64, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0xee, count: count)
        try bytes.withUnsafeMutableBytes { try read(address, into: $0) }
        return bytes
    }
}

/// Where the VMM of these tests maps guest address 0.
let userBase: UInt64 = 0x7f00_0000_0000

/// An ordinary file, which can be truncated.
func unsealedFile(in folder: TemporaryFolder, size: UInt64) throws -> MemoryFile {
    let descriptor = try FileDescriptor.open(
        FilePath(folder.file("memory")), .readWrite, options: [.create], permissions: [.ownerReadWrite])
    try descriptor.resize(to: Int64(size))
    return try MemoryFile(owning: OwnedDescriptor(owning: descriptor.rawValue))
}

func resize(_ file: MemoryFile, to size: UInt64) throws {
    try FileDescriptor(rawValue: file.descriptor.raw).resize(to: Int64(size))
}

/// After this a hole cannot be punched any more.
func sealAgainstWriting(_ file: MemoryFile) throws {
    // The file seals itself against further seals only if asked to, so one more may be added.
    // (Swift's Glibc lacks F_ADD_SEALS, 1033, and F_SEAL_WRITE, 8.)
    guard fcntl(file.descriptor.raw, 1033, 8) == 0 else { throw SystemError.last("fcntl") }
}
