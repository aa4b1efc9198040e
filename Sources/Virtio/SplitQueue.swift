internal import Synchronization

/// The device's side of a split virtqueue: takes chains off the available ring, returns them on the used ring.
///
/// One thread at a time. Nothing that the driver writes can make it trap; a chain that is refused can still be
/// returned, and has to be.
public struct SplitQueue: ~Copyable {
    var ring: SplitRing
    let usesEventIndex: Bool
    let allowsIndirect: Bool
    /// The entry of the available ring that is taken next (free-running).
    public private(set) var nextAvailable: UInt16
    /// The entry of the used ring that is written next (free-running).
    private var nextUsed: UInt16
    /// Where `nextUsed` stood when the driver was last considered for a notification.
    private var lastNotified: UInt16
    private var table = IndirectTable()

    /// Takes up a ring at entry `base` of its available ring, 0 for a fresh one.
    ///
    /// The position in the used ring is read from the ring: the device that served it before stopped there.
    ///
    /// - Parameters:
    ///   - ring: the mapped ring.
    ///   - base: the entry to go on at (free-running).
    ///   - usesEventIndex: whether EVENT_IDX was negotiated.
    ///   - allowsIndirect: whether INDIRECT_DESC was negotiated.
    public init(ring: SplitRing, base: UInt16, usesEventIndex: Bool, allowsIndirect: Bool) {
        self.ring = ring
        self.usesEventIndex = usesEventIndex
        self.allowsIndirect = allowsIndirect
        nextAvailable = base
        nextUsed = ring.usedIndex
        lastNotified = nextUsed
    }

    /// Takes the next chain, if there is one. Whatever it finds in it, the chain is with the device until
    /// ``complete(head:written:)``.
    ///
    /// - Parameters:
    ///   - memory: where indirect tables are read from.
    ///   - chain: is filled, and keeps its storage from one call to the next.
    /// - Throws: ``QueueFault`` if the ring as a whole cannot be trusted: it is of no use until the driver sets it up
    ///   again.
    public mutating func next(
        from memory: borrowing some GuestMemory & ~Copyable, into chain: inout DescriptorChain
    ) throws(QueueFault) -> NextChain {
        let waiting = ring.availableIndex &- nextAvailable
        guard waiting != 0 else { return .empty }
        guard waiting <= ring.size else { throw .availableIndexJumped }
        let head = ring.availableHead(nextAvailable)
        guard head < ring.size else { throw .headOutsideTable }
        nextAvailable &+= 1
        chain.start(head: head)
        do throws(ChainFault) {
            try collect(from: memory, into: &chain)
            return .chain
        } catch {
            return .refused(error)
        }
    }

    /// Returns a chain to the driver.
    ///
    /// - Parameters:
    ///   - head: the chain's ``DescriptorChain/head``.
    ///   - written: bytes that the device wrote into its writable buffers.
    public mutating func complete(head: UInt16, written: UInt32 = 0) {
        ring.setUsedEntry(nextUsed, head: head, length: written)
        nextUsed &+= 1
        ring.publishUsedIndex(nextUsed)
    }

    /// Whether the driver wants to be told of what was completed since the last call (§2.7.7).
    public mutating func needsNotification() -> Bool {
        // Between the used index that we wrote and the event or flag that we read: the driver does it in the other
        // order, and one of the two must see the other.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        let old = lastNotified
        lastNotified = nextUsed
        guard old != nextUsed else { return false }
        guard usesEventIndex else { return ring.availableFlags & 1 == 0 }
        return SplitRing.passed(event: ring.usedEvent, from: old, to: nextUsed)
    }

    /// Asks the driver to tell of the next chain, after the queue was found empty.
    ///
    /// - Returns: true if a chain came in meanwhile: then no notification may come, and the queue must be read again.
    public mutating func rearm() -> Bool {
        if usesEventIndex {
            ring.setAvailableEvent(nextAvailable)
        } else if ring.usedFlags != 0 {
            ring.setUsedFlags(0)
        }
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return ring.availableIndex != nextAvailable
    }

    // MARK: - Chains

    private mutating func collect(
        from memory: borrowing some GuestMemory & ~Copyable, into chain: inout DescriptorChain
    ) throws(ChainFault) {
        var index = chain.head
        var builder = ChainBuilder(limit: Int(ring.size))
        while true {
            let descriptor = ring.descriptor(index)
            if descriptor.flags.contains(.indirect) {
                guard allowsIndirect else { throw .indirectNotNegotiated }
                guard !descriptor.flags.contains(.next) else { throw .nestedIndirect }
                try collectIndirect(descriptor, from: memory, into: &chain, &builder)
                return
            }
            try builder.append(descriptor, to: &chain)
            guard descriptor.flags.contains(.next) else { return }
            index = descriptor.next
            guard index < ring.size else { throw .nextOutsideTable }
        }
    }

    private mutating func collectIndirect(
        _ descriptor: Descriptor, from memory: borrowing some GuestMemory & ~Copyable,
        into chain: inout DescriptorChain, _ builder: inout ChainBuilder
    ) throws(ChainFault) {
        try table.load(at: descriptor.address, length: descriptor.length, limit: Int(ring.size), from: memory)
        var index = 0
        while true {
            let (low, high) = table[index]
            let entry = Descriptor(words: low, high)
            guard !entry.flags.contains(.indirect) else { throw .nestedIndirect }
            try builder.append(entry, to: &chain)
            guard entry.flags.contains(.next) else { return }
            index = Int(entry.next)
            guard index < table.count else { throw .nextOutsideTable }
        }
    }
}

extension ChainBuilder {
    fileprivate mutating func append(_ entry: Descriptor, to chain: inout DescriptorChain) throws(ChainFault) {
        try append(
            address: entry.address, length: entry.length, isWritable: entry.flags.contains(.write), to: &chain)
    }
}
