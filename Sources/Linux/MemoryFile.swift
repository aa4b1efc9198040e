internal import CLinux
internal import Glibc

/// A file that holds a guest's memory: memfd, shared memory, hugetlbfs or an ordinary file.
///
/// A class, because several regions of one guest lie in one file. Its calls may be made from any thread.
public final class MemoryFile: Sendable {
    public let descriptor: OwnedDescriptor
    /// Bytes, as of the moment the file was taken over.
    public let size: UInt64
    /// Bytes of the pages that the file's memory is made of: the least that can be given back.
    public let pageSize: UInt64
    public let isWritable: Bool
    /// Nobody can truncate the file.
    public let isSealed: Bool
    /// Two descriptors of one file have the same identity.
    public let identity: Identity

    public struct Identity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
    }

    public init(owning descriptor: consuming OwnedDescriptor) throws(SystemError) {
        var facts = clinux_file_facts()
        guard clinux_file_facts(descriptor.raw, &facts) == 0 else { throw .last("fstat") }
        let seals = clinux_seals(descriptor.raw)
        size = UInt64(clamping: facts.size)
        pageSize = UInt64(clamping: facts.page_size)
        isWritable = facts.is_writable != 0
        isSealed = seals >= 0 && seals & clinux_seal_shrink != 0
        identity = Identity(device: facts.device, inode: facts.inode)
        self.descriptor = descriptor
    }

    /// A sealed memory file of our own, as QEMU's memory-backend-memfd makes it.
    public static func sealed(name: String, size: UInt64) throws(SystemError) -> MemoryFile {
        try MemoryFile(
            owning: OwnedDescriptor(clinux_memfd_sealed(name, Int64(clamping: size)), from: "memfd_create"))
    }

    /// Bytes of host memory (or disk) that the file takes now.
    public func allocatedBytes() throws(SystemError) -> UInt64 {
        var facts = clinux_file_facts()
        guard clinux_file_facts(descriptor.raw, &facts) == 0 else { throw .last("fstat") }
        return UInt64(clamping: facts.allocated)
    }

    /// Gives the host the memory of a range; it reads as zeros afterwards.
    public func punchHole(offset: UInt64, length: UInt64) throws(SystemError) {
        guard clinux_punch_hole(descriptor.raw, Int64(clamping: offset), Int64(clamping: length)) == 0 else {
            throw .last("fallocate(PUNCH_HOLE)")
        }
    }

    /// Copies bytes out of the file without mapping it.
    ///
    /// - Returns: how many bytes there were; fewer than asked for where the file was truncated.
    public func read(offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor.raw, buffer.baseAddress?.advanced(by: done), buffer.count - done,
                off_t(clamping: offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw .last("pread")
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Writes bytes into the file; for tests and tools that play the guest.
    public func write(offset: UInt64, from buffer: UnsafeRawBufferPointer) throws(SystemError) {
        var done = 0
        while done < buffer.count {
            let count = pwrite(
                descriptor.raw, buffer.baseAddress?.advanced(by: done), buffer.count - done,
                off_t(clamping: offset) + off_t(done))
            if count < 0 {
                if errno == EINTR { continue }
                throw .last("pwrite")
            }
            done += count
        }
    }
}
