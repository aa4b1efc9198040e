/// The device's side of a virtqueue of either kind: the one place where they part.
public enum DeviceQueue: ~Copyable {
    /// A split virtqueue (VIRTIO 1.4 §2.7).
    case split(SplitQueue)
    /// A packed virtqueue (VIRTIO 1.4 §2.8).
    case packed(PackedQueue)

    /// Takes up a ring.
    ///
    /// - Parameters:
    ///   - ring: the mapped ring.
    ///   - base: where to go on, as ``position`` tells it; ``RingKind/freshBase`` for a fresh ring.
    ///   - usesEventIndex: whether EVENT_IDX was negotiated.
    ///   - allowsIndirect: whether INDIRECT_DESC was negotiated.
    /// - Throws: ``QueueFault/badPosition`` if there is no such place.
    public init(ring: QueueRing, base: UInt32, usesEventIndex: Bool, allowsIndirect: Bool) throws(QueueFault) {
        switch ring {
        case .split(let ring):
            guard let base = UInt16(exactly: base) else { throw .badPosition }
            self = .split(
                SplitQueue(ring: ring, base: base, usesEventIndex: usesEventIndex, allowsIndirect: allowsIndirect))
        case .packed(let ring):
            self = .packed(
                try PackedQueue(
                    ring: ring, available: PackedPosition(encoded: UInt16(truncatingIfNeeded: base)),
                    used: PackedPosition(encoded: UInt16(truncatingIfNeeded: base >> 16)),
                    usesEventIndex: usesEventIndex, allowsIndirect: allowsIndirect))
        }
    }

    /// Which of the two it is.
    public var kind: RingKind {
        switch self {
        case .split: .split
        case .packed: .packed
        }
    }

    /// Where the queue stands, as vhost writes it: in a split ring the next entry of the available ring; in a packed
    /// one the place of the next available entry, and in the upper half that of the next used one.
    public var position: UInt32 {
        switch self {
        case .split(let queue): UInt32(queue.nextAvailable)
        case .packed(let queue): UInt32(queue.nextUsed.encoded) << 16 | UInt32(queue.nextAvailable.encoded)
        }
    }

    /// The place from which what was taken and not returned is taken again.
    ///
    /// - Parameter held: how many chains that is. A packed queue knows by itself: all from the next used entry on.
    public func position(retaking held: UInt16) -> UInt32 {
        switch self {
        case .split(let queue): UInt32(queue.nextAvailable &- held)
        case .packed(let queue): UInt32(queue.nextUsed.encoded) << 16 | UInt32(queue.nextUsed.encoded)
        }
    }

    // A payload can only be changed outside of its enum (6.3). It is a few words that are moved.

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
        switch consume self {
        case .split(var queue):
            do throws(QueueFault) {
                let found = try queue.next(from: memory, into: &chain)
                self = .split(queue)
                return found
            } catch {
                self = .split(queue)
                throw error
            }
        case .packed(var queue):
            do throws(QueueFault) {
                let found = try queue.next(from: memory, into: &chain)
                self = .packed(queue)
                return found
            } catch {
                self = .packed(queue)
                throw error
            }
        }
    }

    /// Returns a chain to the driver.
    ///
    /// - Parameters:
    ///   - head: the chain's ``DescriptorChain/head``.
    ///   - written: bytes that the device wrote into its writable buffers.
    public mutating func complete(head: UInt16, written: UInt32 = 0) {
        switch consume self {
        case .split(var queue):
            queue.complete(head: head, written: written)
            self = .split(queue)
        case .packed(var queue):
            queue.complete(head: head, written: written)
            self = .packed(queue)
        }
    }

    /// Whether the driver wants to be told of what was completed since the last call.
    public mutating func needsNotification() -> Bool {
        switch consume self {
        case .split(var queue):
            let answer = queue.needsNotification()
            self = .split(queue)
            return answer
        case .packed(var queue):
            let answer = queue.needsNotification()
            self = .packed(queue)
            return answer
        }
    }

    /// Asks the driver to tell of the next chain, after the queue was found empty.
    ///
    /// - Returns: true if a chain came in meanwhile: then no notification may come, and the queue must be read again.
    public mutating func rearm() -> Bool {
        switch consume self {
        case .split(var queue):
            let answer = queue.rearm()
            self = .split(queue)
            return answer
        case .packed(var queue):
            let answer = queue.rearm()
            self = .packed(queue)
            return answer
        }
    }

    /// Goes on in the same ring, which is mapped elsewhere now.
    ///
    /// - Throws: ``QueueFault/badSize`` if it is a ring of the other kind or of another size.
    public mutating func move(to ring: QueueRing) throws(QueueFault) {
        switch consume self {
        case .split(var queue):
            let old = queue.ring.size
            if case .split(let ring) = ring, ring.size == old {
                queue.ring = ring
                self = .split(queue)
            } else {
                self = .split(queue)
                throw .badSize
            }
        case .packed(var queue):
            let old = queue.ring.size
            if case .packed(let ring) = ring, ring.size == old {
                queue.ring = ring
                self = .packed(queue)
            } else {
                self = .packed(queue)
                throw .badSize
            }
        }
    }

    /// Whether nothing was ever taken, and the driver's parts of the ring are zeros, as fresh memory is.
    public var isBlank: Bool {
        switch self {
        case .split(let queue): queue.isBlank
        case .packed(let queue): queue.isBlank
        }
    }

    /// Whether the ring shows that it was used before, though its position may be that of a fresh one: a packed ring
    /// is there again after every second round.
    public var hasTurned: Bool {
        switch self {
        case .split: false
        case .packed(let queue): queue.ring.hasTurned
        }
    }
}
