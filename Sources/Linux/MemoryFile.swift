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
    /// Bytes that are best given back in one piece: a transparent huge page where the file has those, else
    /// ``pageSize``.
    public let blockSize: UInt64
    /// Why the file system gives no memory back; `nil` where it does. Tried once, behind the file's end.
    public let punchProblem: SystemError?
    public let isWritable: Bool
    /// Nobody can truncate the file.
    public let isSealed: Bool
    /// Two descriptors of one file have the same identity.
    public let identity: Identity

    public struct Identity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
    }

    /// - Parameters:
    ///   - pageSize: the least that is to be given back, where that is more than the file's own page.
    ///   - blockSize: likewise for ``blockSize``. Tests let small pages stand in for huge ones by either.
    public init(
        owning descriptor: consuming OwnedDescriptor, pageSize least: UInt64 = 0, blockSize best: UInt64 = 0
    ) throws(SystemError) {
        var facts = clinux_file_facts()
        guard clinux_file_facts(descriptor.raw, 1, &facts) == 0 else { throw .last("fstat") }
        let seals = clinux_seals(descriptor.raw)
        size = UInt64(clamping: facts.size)
        pageSize = max(UInt64(clamping: facts.page_size), least)
        blockSize = max(UInt64(clamping: facts.block_size), pageSize, best)
        isWritable = facts.is_writable != 0
        isSealed = seals >= 0 && seals & clinux_seal_shrink != 0
        let canPunch =
            facts.is_writable == 0 || clinux_probe_punch(descriptor.raw, facts.size, facts.page_size) == 0
        punchProblem = canPunch ? nil : .last("fallocate(PUNCH_HOLE)")
        identity = Identity(device: facts.device, inode: facts.inode)
        self.descriptor = descriptor
    }

    /// A sealed memory file of our own, as QEMU's memory-backend-memfd makes it.
    public static func sealed(
        name: String, size: UInt64, pageSize: UInt64 = 0, blockSize: UInt64 = 0
    ) throws(SystemError) -> MemoryFile {
        try MemoryFile(
            owning: OwnedDescriptor(clinux_memfd_sealed(name, Int64(clamping: size)), from: "memfd_create"),
            pageSize: pageSize, blockSize: blockSize)
    }

    /// Bytes of host memory (or disk) that the file takes now.
    public func allocatedBytes() throws(SystemError) -> UInt64 {
        var facts = clinux_file_facts()
        guard clinux_file_facts(descriptor.raw, 0, &facts) == 0 else { throw .last("fstat") }
        return UInt64(clamping: facts.allocated)
    }

    /// Gives the host the memory of a range; it reads as zeros afterwards.
    public func punchHole(offset: UInt64, length: UInt64) throws(SystemError) {
        guard clinux_punch_hole(descriptor.raw, Int64(clamping: offset), Int64(clamping: length)) == 0 else {
            throw .last("fallocate(PUNCH_HOLE)")
        }
    }

    /// Brings the memory of a range in, as zeros where there is none; what is there stays.
    public func populate(offset: UInt64, length: UInt64) throws(SystemError) {
        guard clinux_populate(descriptor.raw, Int64(clamping: offset), Int64(clamping: length)) == 0 else {
            throw .last("fallocate")
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
