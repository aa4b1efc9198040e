internal import HostMemory
internal import Linux
internal import Virtio

/// One virtqueue as the front-end has set it up, and the running queue while it is active.
struct Vring: ~Copyable {
    typealias Addresses = MappedQueue.Addresses

    var size: UInt16 = 0
    var addresses: Addresses?
    /// What was answered when the ring was last stopped.
    var returnedBase: UInt32?
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

    /// Where the queue goes on when it is next taken up; see `DeviceQueue.position`.
    var base: UInt32 {
        get { queue.base }
        set { queue.base = newValue }
    }
    /// Why the ring cannot be used, for people.
    var problem: String? {
        get { queue.problem }
        set { queue.problem = newValue }
    }
    var isRunning: Bool { queue.isRunning }
    var position: UInt32 { queue.position }
    func position(retaking held: UInt16) -> UInt32 { queue.position(retaking: held) }
    /// The ring was taken up where it had been left, and not as a fresh driver leaves it.
    var isResumed: Bool {
        guard isConfigured, let returnedBase, base == returnedBase else { return false }
        return queue.wasUsedBefore
    }
    var isBlank: Bool { queue.isBlank }
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
    ) throws(QueueFault) -> NextChain {
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
    ///
    /// - Parameter features: what was negotiated, which tells the kind of the ring.
    mutating func activate(in table: borrowing MemoryTable, features: UInt64) {
        guard !queue.isRunning, isEnabled, isConfigured, let addresses else { return }
        queue.activate(at: addresses, size: size, in: table, features: features)
        if queue.problem != nil { error?.signal() }
    }

    /// Maps a running ring anew, since the memory under it was laid out anew. Where it cannot be, it is let go.
    mutating func remap(in table: borrowing MemoryTable) {
        guard queue.isRunning, let addresses else { return }
        queue.remap(at: addresses, size: size, in: table)
        if queue.problem != nil { error?.signal() }
    }

    /// Lets go of the mapped ring. The next activation starts at `base`.
    mutating func deactivate(base: UInt32) {
        queue.deactivate(base: base)
    }
}
