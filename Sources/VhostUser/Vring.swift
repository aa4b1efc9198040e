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
    /// Where the queue goes on when it is next taken up; see ``DeviceQueue/position``.
    var base: UInt32 = 0
    /// What was answered when the ring was last stopped.
    var returnedBase: UInt32?
    var isEnabled = false
    var kick: EventCounter?
    var call: EventCounter?
    var error: EventCounter?
    private var parts: Parts?
    /// The queue, while the ring is mapped: all its parts are set, and it has a kick.
    private var queue: DeviceQueue?
    /// Why the ring cannot be used, for people.
    var problem: String?

    init() {}

    /// The driver has set this queue up.
    var isConfigured: Bool { addresses != nil && kick != nil && size > 0 }
    /// The queue may be served.
    var isActive: Bool { isEnabled && queue != nil && problem == nil }

    /// The ring is mapped and the queue in use.
    var isRunning: Bool { queue != nil }
    /// Where the queue stands, or goes on.
    var position: UInt32 {
        switch queue {
        case .some(let queue): queue.position
        case .none: base
        }
    }
    /// Where the queue would go on if it were stopped now, with `held` chains that were taken and not returned.
    func position(retaking held: UInt16) -> UInt32 {
        switch queue {
        case .some(let queue): queue.position(retaking: held)
        case .none: base
        }
    }
    /// The ring was taken up where it had been left, and not as a fresh driver leaves it.
    var isResumed: Bool {
        guard isConfigured, let returnedBase, base == returnedBase else { return false }
        return switch queue {
        case .some(let queue): base != queue.kind.freshBase || queue.hasTurned
        case .none: false
        }
    }
    /// The queue is in use, and the driver has never written anything into it.
    var isBlank: Bool {
        switch queue {
        case .some(let queue): queue.isBlank
        case .none: false
        }
    }

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
    ) throws(QueueFault) -> NextChain {
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
    ///
    /// - Parameter features: what was negotiated, which tells the kind of the ring.
    mutating func activate(in table: borrowing MemoryTable, features: UInt64) {
        guard queue == nil, isEnabled, isConfigured else { return }
        problem = nil
        guard let ring = map(in: table, kind: RingKind(features: features)) else { return }
        do throws(QueueFault) {
            queue = try DeviceQueue(
                ring: ring, base: base, usesEventIndex: features & VirtioFeatures.eventIndex != 0,
                allowsIndirect: features & VirtioFeatures.indirectDescriptors != 0)
        } catch {
            fail("the ring cannot be used: \(error)")
        }
    }

    /// Maps a running ring anew, since the memory under it was laid out anew. Where it cannot be, it is let go.
    mutating func remap(in table: borrowing MemoryTable) {
        let kind: RingKind
        let stop: UInt32
        switch queue {
        case .some(let queue): (kind, stop) = (queue.kind, queue.position)
        case .none: return
        }
        problem = nil
        guard let ring = map(in: table, kind: kind) else {
            deactivate(base: stop)
            return
        }
        do throws(QueueFault) {
            try queue?.move(to: ring)
        } catch {
            fail("the ring cannot be used: \(error)")
        }
    }

    private mutating func map(in table: borrowing MemoryTable, kind: RingKind) -> QueueRing? {
        guard let addresses else { return nil }
        do throws(RingMappingError) {
            let descriptors = try RingMapping(
                of: table, userAddress: addresses.descriptors, count: kind.tableBytes(size))
            let available = try RingMapping(
                of: table, userAddress: addresses.available, count: kind.driverBytes(size))
            let used = try RingMapping(of: table, userAddress: addresses.used, count: kind.deviceBytes(size))
            let ring: QueueRing?
            do throws(QueueFault) {
                ring = try QueueRing(
                    kind: kind, size: size, table: descriptors.address, driver: available.address,
                    device: used.address)
            } catch {
                ring = nil
                fail("the ring cannot be used: \(error)")
            }
            parts = Parts(descriptors: descriptors, available: available, used: used)
            return ring
        } catch {
            fail("\(error); is the guest's memory shared (share=on)?")
            return nil
        }
    }

    /// Lets go of the mapped ring. The next activation starts at `base`.
    mutating func deactivate(base: UInt32) {
        self.base = base
        queue = nil
        parts = nil
    }
}
