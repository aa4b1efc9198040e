internal import Balloon
internal import Virtio

/// The queues of one driver: which is which, the request that each is at, and which of them wait for the guest's turn.
struct GuestQueues {
    private(set) var assignment = QueueAssignment(negotiated: [], configured: 0)
    /// By queue.
    var work = [QueueWork](repeating: QueueWork(), count: Door.mostQueues)
    /// Queues, as bits, that are looked at when this guest's turn comes.
    private var waiting: UInt32 = 0
    /// A queue was kicked since the guest's last turn.
    private var wasKicked = false

    /// The driver has set its queues up.
    ///
    /// - Parameter configured: their numbers, as bits.
    mutating func assign(_ negotiated: BalloonFeatures, configured: UInt32) {
        assignment = QueueAssignment(negotiated: negotiated, configured: configured)
    }

    func isWaiting(_ queue: Int) -> Bool { waiting & 1 << UInt32(queue) != 0 }

    mutating func wait(_ queue: Int) { waiting |= 1 << UInt32(queue) }

    mutating func noteKick() { wasKicked = true }

    /// Begins the guest's turn.
    ///
    /// - Returns: the queues that waited, as bits.
    mutating func takeWaiting() -> UInt32 {
        defer { waiting = 0 }
        return waiting
    }

    /// - Returns: whether a queue was kicked since the last time.
    mutating func takeKick() -> Bool {
        defer { wasKicked = false }
        return wasKicked
    }
}
