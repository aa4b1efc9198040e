internal import Synchronization

/// The device's side of a packed virtqueue: takes chains off the ring, and writes their return into it.
///
/// One thread at a time. Nothing that the driver writes can make it trap; a chain that is refused can still be
/// returned, and has to be.
public struct PackedQueue: ~Copyable {
    var ring: PackedRing
    private let usesEventIndex: Bool
    private let allowsIndirect: Bool
    /// Where the next chain is taken.
    public private(set) var nextAvailable: PackedPosition
    /// Where the next return is written.
    public private(set) var nextUsed: PackedPosition
    /// Entries of each chain that was taken and not returned, by its id.
    private var taken: [UInt16]
    private var takenEntries: UInt32 = 0
    /// Where `nextUsed` stood when the driver was last considered for a notification, and entries used since then.
    private var lastNotified: PackedPosition
    private var usedSince: UInt32 = 0
    private var table = IndirectTable()

    /// Takes up a ring where another device left it; a fresh one at ``PackedPosition/start``.
    ///
    /// - Parameters:
    ///   - ring: the mapped ring.
    ///   - available: where the next chain is taken.
    ///   - used: where the next return is written.
    ///   - usesEventIndex: whether EVENT_IDX was negotiated.
    ///   - allowsIndirect: whether INDIRECT_DESC was negotiated.
    /// - Throws: ``QueueFault/badPosition`` if a place is outside the ring.
    public init(
        ring: PackedRing, available: PackedPosition = .start, used: PackedPosition = .start, usesEventIndex: Bool,
        allowsIndirect: Bool
    ) throws(QueueFault) {
        guard available.index < ring.size, used.index < ring.size else { throw .badPosition }
        self.ring = ring
        self.usesEventIndex = usesEventIndex
        self.allowsIndirect = allowsIndirect
        nextAvailable = available
        nextUsed = used
        lastNotified = used
        taken = Array(repeating: 0, count: Int(ring.size))
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
        var entry = ring.descriptor(nextAvailable.index)
        guard entry.flags.isAvailable(wrap: nextAvailable.wrap) else { return .empty }
        chain.start(head: entry.id)
        var builder = ChainBuilder(limit: Int(ring.size))
        var fault: ChainFault?
        var count: UInt16 = 1
        // To the end of the chain even if it is refused: the return stands for all of its entries, and its name is in
        // the last one.
        while true {
            if fault == nil {
                do throws(ChainFault) {
                    try append(entry, from: memory, to: &chain, &builder)
                } catch {
                    fault = error
                }
            }
            guard entry.flags.contains(.next) else { break }
            guard count < ring.size else {
                fault = fault ?? .tooLong
                break
            }
            entry = ring.descriptor(nextAvailable.advanced(by: count, size: ring.size).index)
            count += 1
        }
        chain.name(head: entry.id)
        try take(entry.id, count)
        if let fault { return .refused(fault) }
        return .chain
    }

    /// Returns a chain to the driver.
    ///
    /// - Parameters:
    ///   - head: the chain's ``DescriptorChain/head``.
    ///   - written: bytes that the device wrote into its writable buffers.
    public mutating func complete(head: UInt16, written: UInt32 = 0) {
        guard head < ring.size else { return }
        let count = taken[Int(head)]
        guard count > 0 else { return }
        taken[Int(head)] = 0
        takenEntries -= UInt32(count)
        var flags = Descriptor.Flags.used(wrap: nextUsed.wrap)
        if written > 0 { flags.insert(.write) }
        ring.setMarked(nextUsed.index, PackedDescriptor(address: 0, length: written, id: head, flags: flags))
        nextUsed = nextUsed.advanced(by: count, size: ring.size)
        usedSince = min(usedSince + UInt32(count), 2 * UInt32(ring.size))
    }

    /// Whether the driver wants to be told of what was completed since the last call (§2.8.10).
    public mutating func needsNotification() -> Bool {
        // Between the entries that we wrote and the event that we read: the driver does it in the other order, and one
        // of the two must see the other.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        let (start, count) = (lastNotified, usedSince)
        lastNotified = nextUsed
        usedSince = 0
        guard count > 0 else { return false }
        return ring.driverEvent.asks(after: count, from: start, size: ring.size)
    }

    /// Asks the driver to tell of the next chain, after the queue was found empty.
    ///
    /// - Returns: true if a chain came in meanwhile: then no notification may come, and the queue must be read again.
    public mutating func rearm() -> Bool {
        ring.setDeviceEvent(usesEventIndex ? .at(nextAvailable) : .always)
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return ring.descriptor(nextAvailable.index).flags.isAvailable(wrap: nextAvailable.wrap)
    }

    /// Whether nothing was ever taken, and the driver's parts of the ring are zeros, as fresh memory is.
    public var isBlank: Bool { nextAvailable == .start && ring.isBlank }

    // MARK: - Chains

    /// Notes that a chain is with the device now.
    private mutating func take(_ id: UInt16, _ count: UInt16) throws(QueueFault) {
        guard id < ring.size else { throw .headOutsideTable }
        guard taken[Int(id)] == 0 else { throw .headTwice }
        guard takenEntries + UInt32(count) <= UInt32(ring.size) else { throw .availableIndexJumped }
        taken[Int(id)] = count
        takenEntries += UInt32(count)
        nextAvailable = nextAvailable.advanced(by: count, size: ring.size)
    }

    private mutating func append(
        _ entry: PackedDescriptor, from memory: borrowing some GuestMemory & ~Copyable,
        to chain: inout DescriptorChain, _ builder: inout ChainBuilder
    ) throws(ChainFault) {
        guard entry.flags.contains(.indirect) else {
            return try builder.append(
                address: entry.address, length: entry.length, isWritable: entry.flags.contains(.write), to: &chain)
        }
        guard allowsIndirect else { throw .indirectNotNegotiated }
        guard !entry.flags.contains(.next) else { throw .nestedIndirect }
        try table.load(at: entry.address, length: entry.length, limit: Int(ring.size), from: memory)
        for index in 0..<table.count {
            // In their order, and of the flags only WRITE counts (§2.8.7).
            let (low, high) = table[index]
            let part = PackedDescriptor(words: low, high)
            guard !part.flags.contains(.indirect) else { throw .nestedIndirect }
            try builder.append(
                address: part.address, length: part.length, isWritable: part.flags.contains(.write), to: &chain)
        }
    }
}
