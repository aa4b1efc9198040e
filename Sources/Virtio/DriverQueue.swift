/// The driver's side of a virtqueue of either kind: makes chains available, takes them back in whatever order the
/// device uses them (VIRTIO 1.4 §2.7, §2.8).
///
/// One thread at a time. It allocates nothing; its own account of what is in flight lies in the value itself, out of
/// the device's reach, so that nothing that the device writes can make it trap, take a chain twice or lose one.
public struct DriverQueue<let capacity: Int>: ~Copyable {
    /// What chains are made of.
    public typealias Buffer = DescriptorChain.Buffer

    private enum Side {
        case split(SplitDriverSide)
        case packed(PackedDriverSide)
    }

    /// What is known of the chain whose head, or buffer id, has the same index.
    private struct Chain {
        /// Descriptors of the ring that it takes; 0: there is no such chain of ours.
        var descriptors: UInt16 = 0
        var token: UInt16 = 0
        /// Bytes of all buffers, and of those that the device may write.
        var bytes: UInt64 = 0
        var writable: UInt64 = 0
    }

    /// A chain that came back.
    public struct Completion: Equatable, Sendable {
        /// What the chain was given when it was added.
        public let token: UInt16
        /// Bytes that the device says it wrote.
        public let written: UInt32
        /// Whether it says that it wrote more than it could: legacy devices did so, and the number means nothing (spec L3).
        public let claimsTooMuch: Bool
    }

    private var side: Side
    /// Entries of the ring.
    public let size: Int
    private let indirect: SharedArea?
    private let indirectEntries: Int
    private var chains: InlineArray<capacity, Chain>
    /// Links of chains and of the free list: of descriptors in a split ring, of buffer ids in a packed one.
    private var links: InlineArray<capacity, UInt16>
    private var firstFree: UInt16 = 0
    /// Descriptors that are free.
    public private(set) var freeDescriptors: Int
    /// Chains that the device has and has not returned.
    public private(set) var inFlight = 0
    /// Chains that were added since the last ``publish()``.
    private var unpublished = 0

    /// Takes up a fresh ring, whose memory has to be zero.
    ///
    /// - Parameters:
    ///   - ring: the mapped ring.
    ///   - usesEventIndex: whether EVENT_IDX was negotiated.
    ///   - indirect: room for tables of `indirectEntries` entries, aligned to 16, if INDIRECT_DESC was negotiated.
    ///   - indirectEntries: the most entries of a table; longer chains take descriptors of the ring.
    /// - Throws: ``QueueFault/badSize`` if the ring has more entries than `capacity`.
    public init(
        ring: QueueRing, usesEventIndex: Bool, indirect: SharedArea? = nil, indirectEntries: Int = 0
    ) throws(QueueFault) {
        guard Int(ring.size) <= capacity else { throw .badSize }
        switch ring {
        case .split(let ring): side = .split(SplitDriverSide(ring: ring, usesEventIndex: usesEventIndex))
        case .packed(let ring): side = .packed(PackedDriverSide(ring: ring, usesEventIndex: usesEventIndex))
        }
        size = Int(ring.size)
        self.indirect = indirectEntries > 0 ? indirect : nil
        self.indirectEntries = indirectEntries
        chains = InlineArray(repeating: Chain())
        links = InlineArray { index in UInt16(truncatingIfNeeded: index + 1) }
        freeDescriptors = Int(ring.size)
    }

    // MARK: - To the device

    /// Adds a chain of one buffer. The device sees it with the next ``publish()``.
    ///
    /// - Parameters:
    ///   - buffer: what the device reads, or may write.
    ///   - token: comes back with the chain.
    /// - Throws: ``AddFault/full`` if no descriptor is free.
    public mutating func add(_ buffer: Buffer, token: UInt16) throws(AddFault) {
        let one: InlineArray<1, Buffer> = [buffer]
        try add(one.span, token: token)
    }

    /// Adds a chain. The device sees it with the next ``publish()``.
    ///
    /// - Parameters:
    ///   - buffers: first what the device reads, then what it may write.
    ///   - token: comes back with the chain.
    /// - Throws: ``AddFault/badCount`` for no buffers, or more than the queue could ever take; ``AddFault/full`` if too
    ///   few descriptors are free now.
    public mutating func add(_ buffers: Span<Buffer>, token: UInt16) throws(AddFault) {
        guard buffers.count > 0 else { throw .badCount }
        let table = buffers.count > 1 ? tableForNextHead(entries: buffers.count) : nil
        let needed = table == nil ? buffers.count : 1
        guard needed <= size else { throw .badCount }
        guard needed <= freeDescriptors else { throw .full }
        let head = firstFree
        if let table { writeTable(buffers, table) }
        switch side {
        case .split(var split):
            writeSplit(buffers, table, split.ring)
            split.offer(head)
            side = .split(split)
        case .packed(var packed):
            if let table {
                packed.offer(tableAt: table.address, length: Self.tableLength(buffers), id: head)
            } else {
                packed.offer(buffers, id: head)
            }
            firstFree = links[Int(head)]
            side = .packed(packed)
        }
        var chain = Chain(descriptors: UInt16(truncatingIfNeeded: needed), token: token)
        for index in buffers.indices {
            let length = UInt64(buffers[index].length)
            chain.bytes += length
            if buffers[index].isDeviceWritable { chain.writable += length }
        }
        chains[Int(head)] = chain
        freeDescriptors -= needed
        unpublished += 1
    }

    /// Lets the device see what was added.
    ///
    /// - Returns: whether the device wants to be notified.
    public mutating func publish() -> Bool {
        guard unpublished > 0 else { return false }
        inFlight += unpublished
        unpublished = 0
        switch side {
        case .split(var split):
            let isWanted = split.publish()
            side = .split(split)
            return isWanted
        case .packed(var packed):
            let isWanted = packed.publish()
            side = .packed(packed)
            return isWanted
        }
    }

    // MARK: - From the device

    /// Takes the next chain that the device has used, or `nil` if there is none.
    ///
    /// - Throws: ``UsedFault`` if the device broke a rule: the queue cannot go on.
    public mutating func next() throws(UsedFault) -> Completion? {
        switch side {
        case .split(var split):
            guard let (head, written) = try split.used(inFlight: inFlight) else { return nil }
            let chain = try chain(head, written)
            split.advance()
            side = .split(split)
            return finish(head, chain, links: chain.descriptors, written)
        case .packed(var packed):
            guard let (id, written) = packed.used() else { return nil }
            guard inFlight > 0 else { throw .usedIndexJumped }
            let chain = try chain(id, written)
            packed.advance(by: chain.descriptors)
            side = .packed(packed)
            return finish(id, chain, links: 1, written)
        }
    }

    /// Asks the device to interrupt for chains that it uses, after ``next()`` found none.
    ///
    /// - Parameter chains: after how many, if the device knows EVENT_IDX; as many as are in flight at most. Chains that
    ///   take several descriptors of a packed ring count as so many.
    /// - Returns: true if one came in meanwhile: then no interrupt may come, and the queue must be read again.
    public mutating func rearm(after chains: Int = 1) -> Bool {
        let count = max(1, min(chains, inFlight))
        switch side {
        case .split(let split): return split.rearm(after: count)
        case .packed(let packed): return packed.rearm(after: count)
        }
    }

    /// Asks the device not to interrupt, as far as it may care, until ``rearm(after:)``.
    public mutating func suppressInterrupts() {
        switch side {
        case .split(let split): split.suppressInterrupts()
        case .packed(let packed): packed.suppressInterrupts()
        }
    }

    /// The chain that a return names.
    private func chain(_ head: UInt32, _ written: UInt32) throws(UsedFault) -> Chain {
        guard head < UInt32(size), chains[Int(head)].descriptors > 0 else { throw .unknownHead(head) }
        let chain = chains[Int(head)]
        guard UInt64(written) <= chain.bytes else { throw .lengthBeyondChain(written) }
        return chain
    }

    /// Puts what a chain took at the front of the free list.
    private mutating func finish(_ head: UInt32, _ chain: Chain, links count: UInt16, _ written: UInt32) -> Completion {
        let head = UInt16(truncatingIfNeeded: head)
        inFlight -= 1
        chains[Int(head)].descriptors = 0
        var last = head
        for _ in 1..<max(1, count) { last = links[Int(last)] }
        links[Int(last)] = firstFree
        firstFree = head
        freeDescriptors += Int(chain.descriptors)
        return Completion(token: chain.token, written: written, claimsTooMuch: UInt64(written) > chain.writable)
    }

    // MARK: - Descriptors

    private static func tableLength(_ buffers: Span<Buffer>) -> UInt32 {
        UInt32(truncatingIfNeeded: buffers.count * Descriptor.size)
    }

    /// The indirect table that belongs to the head which will be taken next, if there is room for one.
    private func tableForNextHead(entries: Int) -> SharedArea? {
        guard let indirect, entries <= indirectEntries, entries <= size else { return nil }
        let bytes = indirectEntries * Descriptor.size
        return indirect.part(at: Int(firstFree) * bytes, count: bytes)
    }

    private func writeTable(_ buffers: Span<Buffer>, _ table: SharedArea) {
        for index in buffers.indices {
            let (low, high) = tableEntry(buffers, index)
            table.base.storeBytes(of: low, toByteOffset: index * Descriptor.size, as: UInt64.self)
            table.base.storeBytes(of: high, toByteOffset: index * Descriptor.size + 8, as: UInt64.self)
        }
    }

    /// In a packed ring's table entries follow one another without saying so (§2.8.7).
    private func tableEntry(_ buffers: Span<Buffer>, _ index: Int) -> (UInt64, UInt64) {
        let buffer = buffers[index]
        switch side {
        case .split:
            let isLast = index == buffers.count - 1
            return Descriptor(buffer, next: isLast ? nil : UInt16(truncatingIfNeeded: index + 1)).words
        case .packed:
            let flags: Descriptor.Flags = buffer.isDeviceWritable ? .write : []
            let words = PackedDescriptor(address: buffer.address, length: buffer.length, id: 0, flags: flags).words
            return (words.low, words.high)
        }
    }

    private mutating func writeSplit(_ buffers: Span<Buffer>, _ table: SharedArea?, _ ring: SplitRing) {
        var slot = firstFree
        if let table {
            let length = Self.tableLength(buffers)
            ring.setDescriptor(slot, Descriptor(address: table.address, length: length, flags: .indirect))
            firstFree = links[Int(slot)]
            return
        }
        for index in buffers.indices {
            let next = links[Int(slot)]
            let isLast = index == buffers.count - 1
            ring.setDescriptor(slot, Descriptor(buffers[index], next: isLast ? nil : next))
            slot = next
        }
        firstFree = slot
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
