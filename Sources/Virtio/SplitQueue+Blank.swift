internal import Synchronization

extension SplitQueue {
    /// Whether nothing was ever taken, and the driver's parts of the ring are zeros, as fresh memory is.
    public var isBlank: Bool { nextAvailable == 0 && ring.isBlank }
}

extension SplitRing {
    /// The descriptor table and the available ring read as zeros.
    var isBlank: Bool {
        let words = Self.tableBytes(size) / 8
        for index in 0..<words where word(descriptors, 8 * index) as UInt64 != 0 { return false }
        for index in 0..<Self.availableBytes(size) / 2 where word(available, 2 * index) as UInt16 != 0 { return false }
        return true
    }

    private func word(_ base: UnsafeMutableRawPointer, _ offset: Int) -> UInt64 {
        (base + offset).assumingMemoryBound(to: Atomic<UInt64>.self).pointee.load(ordering: .relaxed)
    }

    private func word(_ base: UnsafeMutableRawPointer, _ offset: Int) -> UInt16 {
        (base + offset).assumingMemoryBound(to: Atomic<UInt16>.self).pointee.load(ordering: .relaxed)
    }
}
