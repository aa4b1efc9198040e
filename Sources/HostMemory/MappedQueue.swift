public import Virtio

/// A virtqueue of a guest, mapped and taken up at an index, or waiting for that. Both doors serve their queues by it.
///
/// Where the ring lies and when it may be used is the owner's business. One thread at a time.
public struct MappedQueue: ~Copyable {
    /// Where the three parts of the ring are, in the VMM's address space; see ``MemoryRegion/userAddress``.
    public struct Addresses: Equatable, Sendable {
        public var descriptors: UInt64
        public var used: UInt64
        public var available: UInt64

        public init(descriptors: UInt64, used: UInt64, available: UInt64) {
            self.descriptors = descriptors
            self.used = used
            self.available = available
        }
    }

    /// The mapped parts. They have to outlive the queue that works in them.
    private struct Parts: ~Copyable {
        let descriptors: RingMapping
        let available: RingMapping
        let used: RingMapping
    }

    /// Where the next activation takes the ring up.
    public var base: UInt16 = 0
    /// Why the ring cannot be used, for people.
    public var problem: String?
    private var parts: Parts?
    private var queue: SplitQueue?

    public init() {}

    /// The ring is mapped and the queue in use.
    public var isRunning: Bool { queue != nil }
    /// Where the queue stands in the available ring; `nil` while it is not in use.
    public var position: UInt16? {
        switch queue {
        case .some(let queue): queue.nextAvailable
        case .none: nil
        }
    }
    /// The queue is in use, and the driver has never written anything into it.
    public var isBlank: Bool {
        switch queue {
        case .some(let queue): queue.isBlank
        case .none: false
        }
    }
    public var nextAvailable: UInt16 { position ?? base }

    /// Takes the next chain.
    public mutating func next(
        from memory: borrowing MemoryTable, into chain: inout DescriptorChain
    ) throws(QueueFault) -> SplitQueue.Next {
        guard queue != nil else { return .empty }
        return try queue?.next(from: memory, into: &chain) ?? .empty
    }

    /// Returns a chain.
    ///
    /// - Returns: whether the driver wants to be told.
    public mutating func complete(head: UInt16) -> Bool {
        queue?.complete(head: head)
        return queue?.needsNotification() == true
    }

    /// Asks to be told of the next chain, after the queue was found empty.
    ///
    /// - Returns: true if a chain came in meanwhile.
    public mutating func rearm() -> Bool { queue?.rearm() ?? false }

    /// The file was truncated under the ring.
    public var isLost: Bool {
        switch parts {
        case .some(let parts): parts.descriptors.isBroken || parts.available.isBroken || parts.used.isBroken
        case .none: false
        }
    }

    /// Guest-physical pages of the ring: start and count, up to three ranges.
    public func forEachPageRange(_ body: (UInt64, UInt64) -> Void) {
        switch parts {
        case .some(let parts):
            body(parts.descriptors.firstPage, parts.descriptors.pageCount)
            body(parts.available.firstPage, parts.available.pageCount)
            body(parts.used.firstPage, parts.used.pageCount)
        case .none: break
        }
    }

    /// Maps the ring and takes it up at ``base``. What stands against it is then in ``problem``.
    public mutating func activate(
        at addresses: Addresses, size: UInt16, in table: borrowing MemoryTable, eventIndex: Bool, indirect: Bool
    ) {
        guard queue == nil else { return }
        problem = nil
        do throws(RingMappingError) {
            let descriptors = try RingMapping(
                of: table, userAddress: addresses.descriptors, count: SplitRing.tableBytes(size))
            let available = try RingMapping(
                of: table, userAddress: addresses.available, count: SplitRing.availableBytes(size))
            let used = try RingMapping(of: table, userAddress: addresses.used, count: SplitRing.usedBytes(size))
            do throws(QueueFault) {
                let ring = try SplitRing(
                    size: size, descriptors: descriptors.address, available: available.address, used: used.address)
                queue = SplitQueue(ring: ring, base: base, usesEventIndex: eventIndex, allowsIndirect: indirect)
            } catch {
                problem = "the ring cannot be used: \(error)"
            }
            parts = Parts(descriptors: descriptors, available: available, used: used)
        } catch {
            problem = "\(error); is the guest's memory shared (share=on)?"
        }
    }

    /// Lets go of the mapped ring. The next activation starts at `base`.
    public mutating func deactivate(base: UInt16) {
        self.base = base
        queue = nil
        parts = nil
    }
}
