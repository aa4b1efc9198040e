public import Virtio

/// What the device does with its queues, by number (below ``mostQueues``).
extension VhostUserBackend {
    /// The queue may be served.
    public func isActive(_ queue: Int) -> Bool { vrings[queue].isActive }

    /// Why the queue cannot be used, for people; `nil` if nothing is known against it.
    public func problem(_ queue: Int) -> String? { vrings[queue].problem }

    /// The eventfd by which the driver kicks, to be watched.
    public func kickDescriptor(_ queue: Int) -> CInt? { vrings[queue].kickDescriptor }

    /// Takes the kick, so that the next one is seen.
    ///
    /// - Returns: false where the VMM passed something that is not an eventfd.
    public func drainKick(_ queue: Int) -> Bool { vrings[queue].drainKick() }

    /// Where the queue stands; see ``DeviceQueue/position``.
    public func position(_ queue: Int) -> UInt32 { vrings[queue].position }

    /// Takes the next chain.
    public mutating func next(_ queue: Int, into chain: inout DescriptorChain) throws(QueueFault) -> NextChain {
        try vrings[queue].next(from: memory, into: &chain)
    }

    /// Returns a chain, and tells the driver if it wants to know.
    public mutating func complete(_ queue: Int, head: UInt16) {
        vrings[queue].complete(head: head)
    }

    /// Asks for a kick, after the queue was found empty.
    ///
    /// - Returns: true if a chain came in meanwhile.
    public mutating func rearm(_ queue: Int) -> Bool { vrings[queue].rearm() }

    /// The queue cannot go on until the driver sets it up again; the VMM is told.
    public mutating func fail(_ queue: Int, _ reason: String) { vrings[queue].fail(reason) }

    /// The memory file was truncated under the ring.
    public func isLost(_ queue: Int) -> Bool { vrings[queue].isLost }

    /// The queue runs, and its driver has never written anything into it.
    public func isBlank(_ queue: Int) -> Bool { vrings[queue].isBlank }

    /// Guest-physical pages of the queue's ring: start and count, up to three ranges.
    public func forEachRingPages(_ queue: Int, _ body: (UInt64, UInt64) -> Void) {
        vrings[queue].forEachPageRange(body)
    }
}
