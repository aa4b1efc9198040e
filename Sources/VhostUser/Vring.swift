internal import HostMemory
internal import Linux
internal import Virtio

/// One virtqueue as the front-end has set it up, and the running queue while it is active.
struct Vring: ~Copyable {
    typealias Addresses = MappedQueue.Addresses

    var size: UInt16 = 0
    var addresses: Addresses?
    /// What was answered when the ring was last stopped.
    var returnedBase: UInt16?
    var isEnabled = false
    var kick: EventCounter?
    var call: EventCounter?
    var error: EventCounter?
    /// The queue, while all its parts are set and it has a kick.
    private var queue = MappedQueue()

    init() {}

    /// The driver has set this queue up.
    var isConfigured: Bool { addresses != nil && kick != nil && size > 0 }
    /// The queue may be served.
    var isActive: Bool { isEnabled && queue.isRunning && problem == nil }

    var base: UInt16 {
        get { queue.base }
        set { queue.base = newValue }
    }
    /// Why the ring cannot be used, for people.
    var problem: String? {
        get { queue.problem }
        set { queue.problem = newValue }
    }
    var isRunning: Bool { queue.isRunning }
    var position: UInt16? { queue.position }
    var isBlank: Bool { queue.isBlank }
    var nextAvailable: UInt16 { queue.nextAvailable }
    var isLost: Bool { queue.isLost }

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
        try queue.next(from: memory, into: &chain)
    }

    mutating func complete(head: UInt16) {
        if queue.complete(head: head) { notify() }
    }

    mutating func rearm() -> Bool { queue.rearm() }

    /// Tells the driver that chains have been returned.
    func notify() {
        call?.signal()
    }

    /// The queue cannot go on: it stays silent until the driver sets it up again, and the VMM is told.
    mutating func fail(_ reason: String) {
        problem = reason
        error?.signal()
    }

    func forEachPageRange(_ body: (UInt64, UInt64) -> Void) {
        queue.forEachPageRange(body)
    }

    /// Maps the ring and takes it up at `base`, if all is there that it needs.
    mutating func activate(in table: borrowing MemoryTable, eventIndex: Bool, indirect: Bool) {
        guard !queue.isRunning, isEnabled, isConfigured, let addresses else { return }
        queue.activate(at: addresses, size: size, in: table, eventIndex: eventIndex, indirect: indirect)
        if queue.problem != nil { error?.signal() }
    }

    /// Lets go of the mapped ring. The next activation starts at `base`.
    mutating func deactivate(base: UInt16) {
        queue.deactivate(base: base)
    }
}
