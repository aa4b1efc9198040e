internal import HostMemory
internal import Linux
internal import Virtio

/// One virtqueue as the front-end has set it up, and the running queue while it is active.
struct Vring: ~Copyable {
    /// Where the three parts of the ring are, in the VMM's address space.
    struct Addresses: Equatable {
        var descriptors: UInt64
        var used: UInt64
        var available: UInt64
    }

    /// The mapped parts. They have to outlive the queue that works in them.
    private struct Parts: ~Copyable {
        let descriptors: RingMapping
        let available: RingMapping
        let used: RingMapping
    }

    var size: UInt16 = 0
    var addresses: Addresses?
    var base: UInt16 = 0
    /// What was answered when the ring was last stopped.
    var returnedBase: UInt16?
    var isEnabled = false
    var kick: EventCounter?
    var call: EventCounter?
    var error: EventCounter?
    private var parts: Parts?
    /// The queue, while the ring is mapped: all its parts are set, and it has a kick.
    private var queue: SplitQueue?
    /// Why the ring cannot be used, for people.
    var problem: String?

    init() {}

    /// The driver has set this queue up.
    var isConfigured: Bool { addresses != nil && kick != nil && size > 0 }
    /// The queue may be served.
    var isActive: Bool { isEnabled && queue != nil && problem == nil }

    /// The ring is mapped and the queue in use.
    var isRunning: Bool { queue != nil }
    /// Where the queue stands in the available ring; `nil` while it is not in use.
    var position: UInt16? {
        switch queue {
        case .some(let queue): queue.nextAvailable
        case .none: nil
        }
    }
    /// The queue is in use, and the driver has never written anything into it.
    var isBlank: Bool {
        switch queue {
        case .some(let queue): queue.isBlank
        case .none: false
        }
    }
    var nextAvailable: UInt16 { position ?? base }

    var kickDescriptor: CInt? {
        switch kick {
        case .some(let kick): kick.descriptor.raw
        case .none: nil
        }
    }

    func drainKick() -> Bool {
        switch kick {
        case .some(let kick): kick.drain()
        case .none: false
        }
    }

    mutating func next(
        from memory: borrowing MemoryTable, into chain: inout DescriptorChain
    ) throws(QueueFault) -> SplitQueue.Next {
        guard queue != nil else { return .empty }
        return try queue?.next(from: memory, into: &chain) ?? .empty
    }

    mutating func complete(head: UInt16) {
        queue?.complete(head: head)
        if queue?.needsNotification() == true { notify() }
    }

    mutating func rearm() -> Bool { queue?.rearm() ?? false }

    /// Tells the driver that chains have been returned.
    func notify() {
        call?.signal()
    }

    /// The queue cannot go on: it stays silent until the driver sets it up again, and the VMM is told.
    mutating func fail(_ reason: String) {
        problem = reason
        error?.signal()
    }

    /// The file was truncated under the ring.
    var isLost: Bool {
        switch parts {
        case .some(let parts): parts.descriptors.isBroken || parts.available.isBroken || parts.used.isBroken
        case .none: false
        }
    }

    /// Guest-physical pages of the ring: start and count, up to three ranges.
    func forEachPageRange(_ body: (UInt64, UInt64) -> Void) {
        switch parts {
        case .some(let parts):
            body(parts.descriptors.firstPage, parts.descriptors.pageCount)
            body(parts.available.firstPage, parts.available.pageCount)
            body(parts.used.firstPage, parts.used.pageCount)
        case .none: break
        }
    }

    /// Maps the ring and takes it up at `base`, if all is there that it needs.
    mutating func activate(in table: borrowing MemoryTable, eventIndex: Bool, indirect: Bool) {
        guard queue == nil, isEnabled, isConfigured, let addresses else { return }
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
                fail("the ring cannot be used: \(error)")
            }
            parts = Parts(descriptors: descriptors, available: available, used: used)
        } catch {
            fail("\(error); is the guest's memory shared (share=on)?")
        }
    }

    /// Lets go of the mapped ring. The next activation starts at `base`.
    mutating func deactivate(base: UInt16) {
        self.base = base
        queue = nil
        parts = nil
    }
}
