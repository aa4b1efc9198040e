internal import Synchronization

/// Where a driver stands in a packed ring.
struct PackedDriverSide {
    let ring: PackedRing
    let usesEventIndex: Bool
    private var nextAvailable = PackedPosition.start
    private var nextUsed = PackedPosition.start
    /// The first entry that is not shown yet, what completes it, and how many entries it holds back.
    private var held: (position: PackedPosition, entry: PackedDescriptor)?
    private var heldEntries: UInt32 = 0

    init(ring: PackedRing, usesEventIndex: Bool) {
        self.ring = ring
        self.usesEventIndex = usesEventIndex
    }

    /// Writes a chain into the entries that come next; there has to be room.
    ///
    /// The first entry of all that is not published is held back, and with it the device comes to none of them.
    mutating func offer(_ parts: Span<DescriptorChain.Buffer>, id: UInt16) {
        let first = nextAvailable
        // From the end, so that no entry is the device's before those behind it are.
        for index in parts.indices.reversed() {
            let isLast = index == parts.count - 1
            var flags: Descriptor.Flags = parts[index].isDeviceWritable ? .write : []
            if !isLast { flags.insert(.next) }
            write(
                address: parts[index].address, length: parts[index].length, flags, id: id,
                at: UInt16(truncatingIfNeeded: index))
        }
        finish(first, UInt16(truncatingIfNeeded: parts.count))
    }

    /// The same for a chain that is an indirect table of `length` bytes.
    mutating func offer(tableAt address: UInt64, length: UInt32, id: UInt16) {
        write(address: address, length: length, .indirect, id: id, at: 0)
        finish(nextAvailable, 1)
    }

    private mutating func write(
        address: UInt64, length: UInt32, _ flags: Descriptor.Flags, id: UInt16, at offset: UInt16
    ) {
        let position = nextAvailable.advanced(by: offset, size: ring.size)
        let entry = PackedDescriptor(
            address: address, length: length, id: id, flags: flags.union(.available(wrap: position.wrap)))
        if offset == 0, held == nil {
            ring.setAddress(position.index, address)
            held = (position, entry)
        } else {
            ring.setDescriptor(position.index, entry)
        }
    }

    private mutating func finish(_ first: PackedPosition, _ count: UInt16) {
        nextAvailable = first.advanced(by: count, size: ring.size)
        heldEntries += UInt32(count)
    }

    /// Shows what was offered.
    ///
    /// - Returns: whether the device wants to be notified (§2.8.10).
    mutating func publish() -> Bool {
        guard let (position, entry) = held else { return false }
        let count = heldEntries
        held = nil
        heldEntries = 0
        ring.setMarked(position.index, entry)
        // Between the marks that we wrote and the event that we read: the device does it in the other order.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return ring.deviceEvent.asks(after: count, from: position, size: ring.size)
    }

    /// The next return; it stays until ``advance(by:)``.
    func used() -> (id: UInt32, written: UInt32)? {
        let entry = ring.descriptor(nextUsed.index)
        guard entry.flags.isUsed(wrap: nextUsed.wrap) else { return nil }
        // Without WRITE the length has no meaning.
        return (UInt32(entry.id), entry.flags.contains(.write) ? entry.length : 0)
    }

    /// Goes on behind a return that stands for `count` entries.
    mutating func advance(by count: UInt16) { nextUsed = nextUsed.advanced(by: count, size: ring.size) }

    /// Asks for an interrupt once `count` entries are back.
    ///
    /// - Returns: whether a return is there already.
    func rearm(after count: Int) -> Bool {
        let last = nextUsed.advanced(by: UInt16(truncatingIfNeeded: count - 1), size: ring.size)
        ring.setDriverEvent(usesEventIndex ? .at(last) : .always)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return used() != nil
    }

    func suppressInterrupts() { ring.setDriverEvent(.never) }
}
