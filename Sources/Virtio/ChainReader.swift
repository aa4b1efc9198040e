/// Reads what a driver sent, as one stream over all device-readable buffers of a chain.
///
/// The specification lets a driver cut its data at any byte (VIRTIO 1.4 §2.7.4.1), so framing carries no meaning.
/// The reader can be kept and continued, so that a huge request does not hold up others.
public struct ChainReader: Equatable, Sendable {
    private var index = 0
    private var offset: UInt32 = 0

    /// A reader at the start of a chain.
    public init() {}

    /// Fills `buffer` with what comes next.
    ///
    /// - Returns: the number of bytes copied; fewer than `buffer.count` only at the end of the chain.
    /// - Throws: ``GuestMemoryError`` if a buffer of the chain cannot be read.
    public mutating func read(
        _ chain: borrowing DescriptorChain, from memory: borrowing some GuestMemory & ~Copyable,
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(GuestMemoryError) -> Int {
        var filled = 0
        while filled < buffer.count, index < chain.buffers.count {
            let part = chain.buffers[index]
            guard !part.isDeviceWritable else {
                index = chain.buffers.count
                break
            }
            let count = min(Int(part.length - offset), buffer.count - filled)
            if count > 0 {
                let (address, overflow) = part.address.addingReportingOverflow(UInt64(offset))
                guard !overflow else { throw .outsideMemory }
                try memory.read(address, into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + count]))
                filled += count
                offset += UInt32(count)
            }
            if offset == part.length {
                index += 1
                offset = 0
            }
        }
        return filled
    }
}
