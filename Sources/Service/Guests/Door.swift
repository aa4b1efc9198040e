internal import ControlAPI
internal import HostMemory
internal import Linux
internal import VfioUser
internal import VhostUser
internal import Virtio

/// The connection by which a VMM reaches its guest's device, and what both protocols have in common: queues that are
/// served, memory, and a driver that is told of changes.
///
/// Exactly one of the two is there. Two optionals and no enum: a noncopyable payload cannot be changed in its place.
struct Door: ~Copyable {
    static let mostQueues = VhostUserBackend.mostQueues

    var vhostUser: VhostUserBackend?
    var vfioUser: VfioUserBackend?

    init(_ backend: consuming VhostUserBackend) {
        vhostUser = consume backend
    }

    init(_ backend: consuming VfioUserBackend) {
        vfioUser = consume backend
    }

    /// Which protocol is spoken.
    var kind: GuestDoor { vfioUser == nil ? .vhostUser : .vfioUser }

    /// The socket, to be watched.
    var descriptor: CInt { ask({ $0.descriptor }, { $0.descriptor }, none: -1) }

    /// Whether a message was taken from the socket and waits: no poll tells of it any more. vhost-user takes one at a time.
    var hasMessage: Bool { ask({ $0.hasMessage }, { _ in false }, none: false) }

    var memory: MemoryTable { ask({ $0.memory }, { $0.memory }, none: MemoryTable()) }

    // MARK: - The driver

    /// The driver has queues that run: it may be told of configuration changes.
    var isStarted: Bool { ask({ $0.isStarted }, { $0.isStarted }, none: false) }

    /// The feature bits that were negotiated.
    var features: UInt64 { ask({ $0.features }, { $0.features }, none: 0) }

    /// The queues that the driver has set up, as bits.
    var configuredQueues: UInt32 { ask({ $0.configuredQueues }, { $0.configuredQueues }, none: 0) }

    /// The driver goes on where it was paused. Over vfio-user a pause is not seen at all.
    var isResumed: Bool { ask({ _ in false }, { $0.isResumed }, none: false) }

    /// The device's configuration is not what it was, whether or not the driver is told.
    mutating func configurationChanged() { vfioUser?.configurationChanged() }

    /// Tells the driver that the configuration changed.
    ///
    /// - Returns: false where it cannot be told.
    mutating func notifyConfigurationChange() -> Bool {
        if let value = vfioUser?.notifyConfigurationChange() { return value }
        return vhostUser?.notifyConfigurationChange() ?? false
    }

    // MARK: - Queues, by number

    func isActive(_ queue: Int) -> Bool { ask({ $0.isActive(queue) }, { $0.isActive(queue) }, none: false) }

    func problem(_ queue: Int) -> String? { ask({ $0.problem(queue) }, { $0.problem(queue) }, none: nil) }

    /// The eventfd by which the driver kicks; `nil` where it notifies by messages.
    func kickDescriptor(_ queue: Int) -> CInt? { vhostUser?.kickDescriptor(queue) }

    func drainKick(_ queue: Int) -> Bool { vhostUser?.drainKick(queue) ?? true }

    mutating func next(_ queue: Int, into chain: inout DescriptorChain) throws(QueueFault) -> NextChain {
        if vfioUser != nil { return try vfioUser?.next(queue, into: &chain) ?? .empty }
        return try vhostUser?.next(queue, into: &chain) ?? .empty
    }

    mutating func complete(_ queue: Int, head: UInt16) {
        vfioUser?.complete(queue, head: head)
        vhostUser?.complete(queue, head: head)
    }

    mutating func rearm(_ queue: Int) -> Bool {
        if let value = vfioUser?.rearm(queue) { return value }
        return vhostUser?.rearm(queue) ?? false
    }

    mutating func fail(_ queue: Int, _ reason: String) {
        vfioUser?.fail(queue, reason)
        vhostUser?.fail(queue, reason)
    }

    func isLost(_ queue: Int) -> Bool { ask({ $0.isLost(queue) }, { $0.isLost(queue) }, none: false) }

    func isBlank(_ queue: Int) -> Bool { ask({ $0.isBlank(queue) }, { $0.isBlank(queue) }, none: false) }

    func forEachRingPages(_ queue: Int, _ body: (UInt64, UInt64) -> Void) {
        vfioUser?.forEachRingPages(queue, body)
        vhostUser?.forEachRingPages(queue, body)
    }

    private func ask<Value>(
        _ vfioUser: (borrowing VfioUserBackend) -> Value, _ vhostUser: (borrowing VhostUserBackend) -> Value,
        none: Value
    ) -> Value {
        switch self.vfioUser {
        case .some(let backend): return vfioUser(backend)
        case .none: break
        }
        switch self.vhostUser {
        case .some(let backend): return vhostUser(backend)
        case .none: return none
        }
    }
}
