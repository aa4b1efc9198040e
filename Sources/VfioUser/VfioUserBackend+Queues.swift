internal import HostMemory
public import Virtio

/// What the device does with its queues, by number (below ``mostQueues``).
extension VfioUserBackend {
    /// The queue may be served.
    public func isActive(_ queue: Int) -> Bool { queues[queue].isActive }

    /// Why the queue cannot be used, for people; `nil` if nothing is known against it.
    public func problem(_ queue: Int) -> String? { queues[queue].ring.problem }

    /// Where the queue stands; see `DeviceQueue.position`.
    public func position(_ queue: Int) -> UInt32 { queues[queue].ring.position }

    /// Takes the next chain.
    public mutating func next(_ queue: Int, into chain: inout DescriptorChain) throws(QueueFault) -> NextChain {
        try queues[queue].ring.next(from: memory, into: &chain)
    }

    /// Returns a chain, and tells the driver if it wants to know.
    public mutating func complete(_ queue: Int, head: UInt16) {
        if queues[queue].ring.complete(head: head) { _ = interrupt(queues[queue].vector, Interrupts.queueCause) }
    }

    /// Asks to be notified, after the queue was found empty.
    ///
    /// - Returns: true if a chain came in meanwhile.
    public mutating func rearm(_ queue: Int) -> Bool { queues[queue].ring.rearm() }

    /// The queue cannot go on until the driver sets it up again; the driver is told (VIRTIO 1.4 §2.1.2).
    public mutating func fail(_ queue: Int, _ reason: String) {
        queues[queue].ring.problem = reason
        registers.status.insert(.needsReset)
        _ = notifyConfigurationChange()
    }

    /// The memory file was truncated under the ring.
    public func isLost(_ queue: Int) -> Bool { queues[queue].ring.isLost }

    /// The queue runs, and its driver has never written anything into it.
    public func isBlank(_ queue: Int) -> Bool { queues[queue].ring.isBlank }

    /// Guest-physical pages of the queue's ring: start and count, up to three ranges.
    public func forEachRingPages(_ queue: Int, _ body: (UInt64, UInt64) -> Void) {
        queues[queue].ring.forEachPageRange(body)
    }
}
