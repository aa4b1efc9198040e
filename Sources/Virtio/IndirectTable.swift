/// A copy of the driver's indirect table at hand: it is read once, whole. Meant to be used again.
struct IndirectTable: ~Copyable {
    private var words: [UInt64] = []
    /// Entries of the table at hand.
    private(set) var count = 0

    init() {}

    /// Copies a table out of guest memory.
    ///
    /// - Parameters:
    ///   - length: bytes, as the descriptor claims.
    ///   - limit: the most entries.
    mutating func load(
        at address: UInt64, length: UInt32, limit: Int, from memory: borrowing some GuestMemory & ~Copyable
    ) throws(ChainFault) {
        let bytes = Int(length)
        count = bytes / Descriptor.size
        guard count > 0, bytes % Descriptor.size == 0, count <= limit else { throw .badIndirectSize }
        if words.count < 2 * count { words = Array(repeating: 0, count: 2 * count) }
        do throws(GuestMemoryError) {
            var span = words.mutableSpan
            try span.withUnsafeMutableBytes { buffer throws(GuestMemoryError) in
                try memory.read(address, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<bytes]))
            }
        } catch {
            throw .indirectOutsideMemory
        }
    }

    /// The words of an entry; `index` has to be below ``count``.
    subscript(index: Int) -> (low: UInt64, high: UInt64) { (words[2 * index], words[2 * index + 1]) }
}
