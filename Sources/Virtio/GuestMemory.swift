/// The memory of a guest, as a device reads it.
///
/// Buffers and indirect tables are copied out, once, into memory of our own: the guest may change the original at any
/// moment, and what was checked must be what is used.
public protocol GuestMemory: ~Copyable {
    /// Copies `buffer.count` bytes that start at the guest-physical `address`.
    ///
    /// - Throws: ``GuestMemoryError/outsideMemory`` if the range does not lie in one region of memory;
    ///   ``GuestMemoryError/unreadable`` if there is nothing to be read.
    func read(_ address: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(GuestMemoryError)
}

/// Why guest memory could not be read.
public enum GuestMemoryError: Error, Equatable {
    /// The range does not lie in one region, or wraps around.
    case outsideMemory
    /// The memory file is shorter than the VMM said, or cannot be read.
    case unreadable
}
