internal import Synchronization
internal import Virtio

/// A packed ring has no table: what a descriptor would say is kept until a chain is offered.
extension CheckRing {
    private func atomic32(_ address: UInt64) throws(CheckError) -> UnsafeMutablePointer<Atomic<UInt32>> {
        try platform.pointer(to: address, count: 4).assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    private func entry(_ index: UInt16) -> UInt64 { base + 16 * UInt64(index) }

    /// Writes what was described from `head` on, one entry after another; one without end fills the ring.
    func offerPacked(_ head: UInt16) throws(CheckError) {
        var parts: [PackedCheckState.Part] = []
        var next: UInt16? = head
        while let index = next, parts.count < Int(size) {
            let isKnown = Int(index) < packed.described.count
            let part = isKnown ? packed.described[Int(index)] : PackedCheckState.Part()
            parts.append(part)
            next = part.flags & Flags.next != 0 ? part.next : nil
        }
        for offset in parts.indices.reversed() {
            let part = parts[offset]
            let place = PackedCheckState.position(packed.available &+ UInt32(offset), size)
            try describe(at: entry(place.index), address: part.address, length: part.length)
            let marks: UInt32 = place.wrap ? 1 << 7 : 1 << 15
            let word = UInt32(head) | (UInt32(part.flags) | marks) << 16
            try atomic32(entry(place.index) + 12).pointee.store(word.littleEndian, ordering: .releasing)
        }
        if Int(head) < packed.entries.count { packed.entries[Int(head)] = UInt32(parts.count) }
        packed.available &+= UInt32(parts.count)
    }

    /// The id and flags of the next used entry.
    func packedUsedMarks() throws(CheckError) -> (id: UInt16, flags: UInt16)? {
        let place = PackedCheckState.position(packed.seen, size)
        let word = UInt32(littleEndian: try atomic32(entry(place.index) + 12).pointee.load(ordering: .acquiring))
        let marks = place.wrap ? 0x8080 as UInt32 : 0
        guard word >> 16 & 0x8080 == marks, packed.seen != packed.available else { return nil }
        return (UInt16(truncatingIfNeeded: word), UInt16(truncatingIfNeeded: word >> 16))
    }

    /// The next return, if there is one.
    func takePackedUsed() throws(CheckError) -> (head: UInt32, length: UInt32)? {
        guard let (id, flags) = try packedUsedMarks() else { return nil }
        let place = PackedCheckState.position(packed.seen, size)
        let length = UInt32(littleEndian: try atomic32(entry(place.index) + 8).pointee.load(ordering: .relaxed))
        packed.seen &+= Int(id) < packed.entries.count ? packed.entries[Int(id)] : 1
        return (UInt32(id), flags & Flags.write != 0 ? length : 0)
    }

    /// Asks to be called for the next return.
    func askForPackedCall() throws(CheckError) {
        let word = UInt32(PackedCheckState.position(packed.seen, size).encoded) | 2 << 16
        try atomic32(availableRing).pointee.store(word.littleEndian, ordering: .sequentiallyConsistent)
    }
}
