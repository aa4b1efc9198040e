public import Virtio

/// A virtqueue of a guest, mapped and taken up at a place, or waiting for that. Both doors serve their queues by it.
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

    /// Where the next activation takes the ring up; see `DeviceQueue.position`.
    public var base: UInt32 = 0
    /// Why the ring cannot be used, for people.
    public var problem: String?
    /// They have to outlive the queue that works in them.
    private var parts: RingParts?
    private var queue: DeviceQueue?

    public init() {}

    /// The ring is mapped and the queue in use.
    public var isRunning: Bool { queue != nil }
    /// Where the queue stands, or goes on.
    public var position: UInt32 {
        switch queue {
        case .some(let queue): queue.position
        case .none: base
        }
    }
    /// Where the queue would go on if it were stopped now, with `held` chains that were taken and not returned.
    public func position(retaking held: UInt16) -> UInt32 {
        switch queue {
        case .some(let queue): queue.position(retaking: held)
        case .none: base
        }
    }
    /// The ring is not one that a fresh driver has just made.
    public var wasUsedBefore: Bool {
        switch queue {
        case .some(let queue): base != queue.kind.freshBase || queue.hasTurned
        case .none: false
        }
    }
    /// The queue is in use, and the driver has never written anything into it.
    public var isBlank: Bool {
        switch queue {
        case .some(let queue): queue.isBlank
        case .none: false
        }
    }

    /// Takes the next chain.
    public mutating func next(
        from memory: borrowing MemoryTable, into chain: inout DescriptorChain
    ) throws(QueueFault) -> NextChain {
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
        case .some(let parts): parts.isBroken
        case .none: false
        }
    }

    /// Guest-physical pages of the ring: start and count, up to three ranges.
    public func forEachPageRange(_ body: (UInt64, UInt64) -> Void) {
        switch parts {
        case .some(let parts): parts.forEachPageRange(body)
        case .none: break
        }
    }

    /// Maps the ring and takes it up at ``base``. What stands against it is then in ``problem``.
    ///
    /// - Parameter features: what was negotiated, which tells the kind of the ring.
    public mutating func activate(
        at addresses: Addresses, size: UInt16, in table: borrowing MemoryTable, features: UInt64
    ) {
        guard queue == nil else { return }
        problem = nil
        let kind = RingKind(features: features)
        guard let ring = map(kind, at: addresses, size: size, in: table) else { return }
        do throws(QueueFault) {
            queue = try DeviceQueue(
                ring: ring, base: base, usesEventIndex: features & VirtioFeatures.eventIndex != 0,
                allowsIndirect: features & VirtioFeatures.indirectDescriptors != 0)
        } catch {
            problem = "the ring cannot be used: \(error)"
        }
    }

    /// Maps a running ring anew, since the memory under it was laid out anew. Where it cannot be, it is let go.
    public mutating func remap(at addresses: Addresses, size: UInt16, in table: borrowing MemoryTable) {
        let kind: RingKind
        let stop: UInt32
        switch queue {
        case .some(let queue): (kind, stop) = (queue.kind, queue.position)
        case .none: return
        }
        problem = nil
        guard let ring = map(kind, at: addresses, size: size, in: table) else {
            deactivate(base: stop)
            return
        }
        do throws(QueueFault) {
            try queue?.move(to: ring)
        } catch {
            problem = "the ring cannot be used: \(error)"
        }
    }

    private mutating func map(
        _ kind: RingKind, at addresses: Addresses, size: UInt16, in table: borrowing MemoryTable
    ) -> QueueRing? {
        do throws(RingMappingError) {
            let mapped = try RingParts(kind, at: addresses, size: size, in: table)
            let ring: QueueRing?
            do throws(QueueFault) {
                ring = try QueueRing(
                    kind: kind, size: size, table: mapped.table, driver: mapped.driver, device: mapped.device)
            } catch {
                ring = nil
                problem = "the ring cannot be used: \(error)"
            }
            parts = consume mapped
            return ring
        } catch {
            problem = "\(error); is the guest's memory shared (share=on)?"
            return nil
        }
    }

    /// Lets go of the mapped ring. The next activation starts at `base`.
    public mutating func deactivate(base: UInt32) {
        self.base = base
        queue = nil
        parts = nil
    }
}
