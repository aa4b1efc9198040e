internal import CLinux

/// A shared, writable window onto a memory file that survives the file's truncation: the window then reads as zeros
/// and ``isBroken`` is true.
public struct GuardedMapping: ~Copyable, @unchecked Sendable {
    // Unchecked: the address is immutable, and what is behind it is shared with the guest anyway.
    public let address: UnsafeMutableRawPointer
    public let length: Int
    private let slot: CInt

    /// - Parameters:
    ///   - offset: bytes into the file, a multiple of the host's page size.
    ///   - length: bytes, above 0.
    public init(of descriptor: CInt, offset: UInt64, length: Int) throws(SystemError) {
        var slot: CInt = 0
        guard let address = clinux_map_guarded(descriptor, Int64(clamping: offset), length, &slot) else {
            throw .last("mmap")
        }
        self.slot = slot
        self.address = address
        self.length = length
    }

    deinit {
        clinux_unmap_guarded(slot, address, length)
    }

    /// The file was truncated under the window.
    public var isBroken: Bool { clinux_is_broken(slot) != 0 }
}
