internal import Synchronization

/// The driver's side of a split virtqueue: makes chains available, takes them back in whatever order the device uses
/// them (VIRTIO 1.4 §2.7).
///
/// One thread at a time. It allocates nothing; its own account of what is in flight lies in the value itself, out of
/// the device's reach, so that nothing that the device writes can make it trap, take a chain twice or lose one.
public struct SplitDriverQueue<let capacity: Int>: ~Copyable {
    public typealias Buffer = DescriptorChain.Buffer

    /// What is known of the chain whose head has the same index.
    private struct Chain {
        /// Descriptors of the ring that it takes; 0: no chain of ours starts here.
        var descriptors: UInt16 = 0
        var token: UInt16 = 0
        /// Bytes of all buffers, and of those that the device may write.
        var bytes: UInt64 = 0
        var writable: UInt64 = 0
    }

    /// A chain that came back.
    public struct Completion: Equatable, Sendable {
        /// What ``add(_:token:)`` was given.
        public let token: UInt16
        /// Bytes that the device says it wrote.
        public let written: UInt32
        /// It says that it wrote more than it could: legacy devices did so, and the number means nothing (spec L3).
        public let claimsTooMuch: Bool
    }

    private let ring: SplitRing
    private let indirect: SharedArea?
    private let indirectEntries: Int
    private let usesEventIndex: Bool
    private var chains: InlineArray<capacity, Chain>
    /// The descriptors' links, of chains and of the free list.
    private var links: InlineArray<capacity, UInt16>
    private var firstFree: UInt16 = 0
    /// Descriptors that are free.
    public private(set) var freeDescriptors: Int
    /// Chains that the device has and has not returned.
    public private(set) var inFlight = 0
    private var added: UInt16 = 0
    private var published: UInt16 = 0
    private var nextUsed: UInt16 = 0

    /// Takes up a fresh ring, whose memory has to be zero.
    ///
    /// - Parameters:
    ///   - indirect: room for tables of `indirectEntries` entries, aligned to 16, if that was negotiated.
    /// - Throws: ``QueueFault/badSize`` if the ring has more entries than `capacity`.
    public init(
        ring: SplitRing, usesEventIndex: Bool, indirect: SharedArea? = nil, indirectEntries: Int = 0
    ) throws(QueueFault) {
        guard Int(ring.size) <= capacity else { throw .badSize }
        self.ring = ring
        self.usesEventIndex = usesEventIndex
        self.indirect = indirectEntries > 0 ? indirect : nil
        self.indirectEntries = indirectEntries
        chains = InlineArray(repeating: Chain())
        links = InlineArray { index in UInt16(truncatingIfNeeded: index + 1) }
        freeDescriptors = Int(ring.size)
    }

    /// Entries of the ring.
    public var size: Int { Int(ring.size) }

    // MARK: - To the device

    /// Adds a chain of one buffer; see ``add(_:token:)``.
    public mutating func add(_ buffer: Buffer, token: UInt16) throws(AddFault) {
        let one: InlineArray<1, Buffer> = [buffer]
        try add(one.span, token: token)
    }

    /// Adds a chain. The device sees it with the next ``publish()``.
    ///
    /// - Parameters:
    ///   - buffers: first what the device reads, then what it may write.
    ///   - token: comes back with the chain.
    public mutating func add(_ buffers: Span<Buffer>, token: UInt16) throws(AddFault) {
        guard buffers.count > 0 else { throw .badCount }
        let table = buffers.count > 1 ? tableForNextHead(entries: buffers.count) : nil
        let needed = table == nil ? buffers.count : 1
        guard needed <= size else { throw .badCount }
        guard needed <= freeDescriptors else { throw .full }
        let head = firstFree
        if let table {
            writeTable(buffers, table)
            let length = UInt32(truncatingIfNeeded: buffers.count * Descriptor.size)
            ring.setDescriptor(head, Descriptor(address: table.address, length: length, flags: .indirect))
            firstFree = links[Int(head)]
        } else {
            writeDirect(buffers)
        }
        var chain = Chain(descriptors: UInt16(truncatingIfNeeded: needed), token: token)
        for index in buffers.indices {
            let length = UInt64(buffers[index].length)
            chain.bytes += length
            if buffers[index].isDeviceWritable { chain.writable += length }
        }
        chains[Int(head)] = chain
        freeDescriptors -= needed
        ring.setAvailableHead(added, head)
        added &+= 1
    }

    /// Lets the device see what was added.
    ///
    /// - Returns: whether the device wants to be notified (§2.7.7).
    public mutating func publish() -> Bool {
        let old = published
        guard old != added else { return false }
        inFlight += Int(added &- old)
        published = added
        ring.publishAvailableIndex(added)
        // Between the index that we wrote and the event or flag that we read: the device does it in the other order.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        guard usesEventIndex else { return ring.usedFlags & 1 == 0 }
        return SplitRing.passed(event: ring.availableEvent, from: old, to: added)
    }

    // MARK: - From the device

    /// Takes the next chain that the device has used, or `nil` if there is none.
    public mutating func next() throws(UsedFault) -> Completion? {
        let waiting = ring.usedIndex &- nextUsed
        guard waiting != 0 else { return nil }
        guard Int(waiting) <= inFlight else { throw .usedIndexJumped }
        let (head, written) = ring.usedEntry(nextUsed)
        guard head < UInt32(ring.size), chains[Int(head)].descriptors > 0 else { throw .unknownHead(head) }
        let chain = chains[Int(head)]
        guard UInt64(written) <= chain.bytes else { throw .lengthBeyondChain(written) }
        nextUsed &+= 1
        inFlight -= 1
        release(UInt16(truncatingIfNeeded: head), chain.descriptors)
        return Completion(token: chain.token, written: written, claimsTooMuch: UInt64(written) > chain.writable)
    }

    /// Asks the device to interrupt for the next chain that it uses, after ``next()`` found none.
    ///
    /// - Returns: true if one came in meanwhile: then no interrupt may come, and the queue must be read again.
    public mutating func rearm() -> Bool {
        if usesEventIndex {
            ring.setUsedEvent(nextUsed)
        } else if ring.availableFlags != 0 {
            ring.setAvailableFlags(0)
        }
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return ring.usedIndex != nextUsed
    }

    /// Asks the device not to interrupt, as far as it may care, until ``rearm()``.
    public mutating func suppressInterrupts() {
        if usesEventIndex {
            ring.setUsedEvent(nextUsed &- 1)
        } else {
            ring.setAvailableFlags(1)
        }
    }

    // MARK: - Descriptors

    /// The indirect table that belongs to the head which will be taken next, if there is room for one.
    private func tableForNextHead(entries: Int) -> SharedArea? {
        guard let indirect, entries <= indirectEntries, entries <= size else { return nil }
        let bytes = indirectEntries * Descriptor.size
        return indirect.part(at: Int(firstFree) * bytes, count: bytes)
    }

    private func writeTable(_ buffers: Span<Buffer>, _ table: SharedArea) {
        for index in buffers.indices {
            let isLast = index == buffers.count - 1
            let entry = Descriptor(buffers[index], next: isLast ? nil : UInt16(truncatingIfNeeded: index + 1))
            let (low, high) = entry.words
            table.base.storeBytes(of: low, toByteOffset: index * Descriptor.size, as: UInt64.self)
            table.base.storeBytes(of: high, toByteOffset: index * Descriptor.size + 8, as: UInt64.self)
        }
    }

    private mutating func writeDirect(_ buffers: Span<Buffer>) {
        var slot = firstFree
        for index in buffers.indices {
            let next = links[Int(slot)]
            let isLast = index == buffers.count - 1
            ring.setDescriptor(slot, Descriptor(buffers[index], next: isLast ? nil : next))
            slot = next
        }
        firstFree = slot
    }

    /// Puts a chain's descriptors at the front of the free list.
    private mutating func release(_ head: UInt16, _ count: UInt16) {
        chains[Int(head)].descriptors = 0
        var last = head
        for _ in 1..<max(1, count) { last = links[Int(last)] }
        links[Int(last)] = firstFree
        firstFree = head
        freeDescriptors += Int(count)
    }
}

extension Descriptor {
    /// A buffer's entry, which goes on at `next` if that is not `nil`.
    fileprivate init(_ buffer: DescriptorChain.Buffer, next: UInt16?) {
        var flags: Flags = buffer.isDeviceWritable ? .write : []
        if next != nil { flags.insert(.next) }
        self.init(address: buffer.address, length: buffer.length, flags: flags, next: next ?? 0)
    }
}
