internal import HostMemory
public import Linux
public import Virtio

/// One virtqueue as the front-end has set it up, and the running queue while it is active.
public struct Vring: ~Copyable {
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
    public internal(set) var kick: EventCounter?
    var call: EventCounter?
    var error: EventCounter?
    private var parts: Parts?
    /// The queue, while the ring is mapped: all its parts are set, and it has a kick.
    public var queue: SplitQueue?
    /// Why the ring cannot be used, for people.
    public internal(set) var problem: String?

    init() {}

    /// The driver has set this queue up.
    public var isConfigured: Bool { addresses != nil && kick != nil && size > 0 }
    /// The queue may be served.
    public var isActive: Bool { isEnabled && queue != nil && problem == nil }

    /// Tells the driver that chains have been returned.
    public func notify() {
        call?.signal()
    }

    /// The queue cannot go on: it stays silent until the driver sets it up again, and the VMM is told.
    public mutating func fail(_ reason: String) {
        problem = reason
        error?.signal()
    }

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
