internal import Virtio

/// A packed ring has no table: what a descriptor would say is kept until a chain is offered.
extension CheckRing {
    /// Writes what was described from `head` on, one entry after another; one without end fills the ring.
    func addPacked(_ head: UInt16, _ ring: PackedRing) {
        var parts: [Descriptor] = []
        var next: UInt16? = head
        while let index = next, parts.count < Int(size) {
            let part = Int(index) < packed.described.count ? packed.described[Int(index)] : PackedCheckState.nothing
            parts.append(part)
            next = part.flags.contains(.next) ? part.next : nil
        }
        for offset in parts.indices.reversed() {
            let part = parts[offset]
            let place = packed.position(packed.available &+ UInt32(offset), size)
            ring.setDescriptor(
                place.index,
                PackedDescriptor(
                    address: part.address, length: part.length, id: head,
                    flags: part.flags.union(.available(wrap: place.wrap))))
        }
        if Int(head) < packed.entries.count { packed.entries[Int(head)] = UInt32(parts.count) }
        packed.available &+= UInt32(parts.count)
    }

    /// The next used entry, if there is one.
    func packedUsed(_ ring: PackedRing) -> PackedDescriptor? {
        let place = packed.position(packed.seen, size)
        let entry = ring.descriptor(place.index)
        guard entry.flags.isUsed(wrap: place.wrap), packed.seen != packed.available else { return nil }
        return entry
    }

    /// The next return, if there is one.
    func takePackedUsed(_ ring: PackedRing) -> (head: UInt32, length: UInt32)? {
        guard let entry = packedUsed(ring) else { return nil }
        packed.seen &+= Int(entry.id) < packed.entries.count ? packed.entries[Int(entry.id)] : 1
        return (UInt32(entry.id), entry.flags.contains(.write) ? entry.length : 0)
    }
}
