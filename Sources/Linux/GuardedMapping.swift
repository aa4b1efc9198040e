internal import CLinux

/// A shared, writable window onto a memory file that survives the file's truncation: the window then reads as zeros
/// and ``isBroken`` is true.
public struct GuardedMapping: ~Copyable, @unchecked Sendable {
    // Unchecked: the address is immutable, and what is behind it is shared with the guest anyway.
    public let address: UnsafeMutableRawPointer
    public let length: Int

    /// - Parameters:
    ///   - offset: bytes into the file, a multiple of the host's page size.
    ///   - length: bytes, above 0.
    public init(of descriptor: CInt, offset: UInt64, length: Int) throws(SystemError) {
        guard let address = clinux_map_guarded(descriptor, Int64(clamping: offset), length) else {
            throw .last("mmap")
        }
        self.address = address
        self.length = length
    }

    deinit {
        clinux_unmap_guarded(address, length)
    }

    /// The file was truncated under the window.
    public var isBroken: Bool { clinux_is_broken(address) != 0 }
}
