/// The rules that a chain as a whole obeys, whatever ring it came from.
struct ChainBuilder {
    /// The most buffers.
    private let limit: Int
    private var bytes: UInt64 = 0
    private var seenWritable = false

    init(limit: Int) { self.limit = limit }

    mutating func append(
        address: UInt64, length: UInt32, isWritable: Bool, to chain: inout DescriptorChain
    ) throws(ChainFault) {
        guard chain.buffers.count < limit else { throw .tooLong }
        if isWritable {
            seenWritable = true
        } else if seenWritable {
            throw .readableAfterWritable
        }
        bytes += UInt64(length)
        guard bytes <= 1 << 32 else { throw .tooManyBytes }
        chain.buffers.append(.init(address: address, length: length, isDeviceWritable: isWritable))
    }
}
