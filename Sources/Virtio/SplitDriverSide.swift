internal import Synchronization

/// Where a driver stands in a split ring.
struct SplitDriverSide {
    let ring: SplitRing
    let usesEventIndex: Bool
    private var added: UInt16 = 0
    private var published: UInt16 = 0
    private var nextUsed: UInt16 = 0

    init(ring: SplitRing, usesEventIndex: Bool) {
        self.ring = ring
        self.usesEventIndex = usesEventIndex
    }

    /// Names a chain whose descriptors are written.
    mutating func offer(_ head: UInt16) {
        ring.setAvailableHead(added, head)
        added &+= 1
    }

    /// Shows what was offered.
    ///
    /// - Returns: whether the device wants to be notified (§2.7.7).
    mutating func publish() -> Bool {
        let old = published
        published = added
        ring.publishAvailableIndex(added)
        // Between the index that we wrote and the event or flag that we read: the device does it in the other order.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        guard usesEventIndex else { return ring.usedFlags & 1 == 0 }
        return SplitRing.passed(event: ring.availableEvent, from: old, to: added)
    }

    /// The next return, of `inFlight` that may come; it stays until ``advance()``.
    func used(inFlight: Int) throws(UsedFault) -> (head: UInt32, written: UInt32)? {
        let waiting = ring.usedIndex &- nextUsed
        guard waiting != 0 else { return nil }
        guard Int(waiting) <= inFlight else { throw .usedIndexJumped }
        let entry = ring.usedEntry(nextUsed)
        return (entry.head, entry.length)
    }

    mutating func advance() { nextUsed &+= 1 }

    /// Asks for an interrupt once `count` chains are back.
    ///
    /// - Returns: whether a return is there already.
    func rearm(after count: Int) -> Bool {
        if usesEventIndex {
            ring.setUsedEvent(nextUsed &+ UInt16(truncatingIfNeeded: count - 1))
        } else if ring.availableFlags != 0 {
            ring.setAvailableFlags(0)
        }
        atomicMemoryFence(ordering: .sequentiallyConsistent)
        return ring.usedIndex != nextUsed
    }

    func suppressInterrupts() {
        if usesEventIndex {
            ring.setUsedEvent(nextUsed &- 1)
        } else {
            ring.setAvailableFlags(1)
        }
    }
}
