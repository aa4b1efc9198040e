internal import Balloon
internal import BalloonDevice
internal import Virtio

/// The request that a queue is at. A huge one is taken in steps, between which others get their turn.
struct QueueWork {
    /// Room for a longer chain is not kept: there are many queues.
    private static let mostKeptBuffers = 128

    /// The request, of which ``isBegun`` tells whether it is one.
    var chain = DescriptorChain()
    private var reader = ChainReader()
    private var cursor = ReportCursor()
    /// The chain is begun and not returned.
    private(set) var isBegun = false
    /// A buffer was held when the driver stopped: its queue goes on with that one.
    private var keepsBuffer = false

    mutating func begin() {
        reader = ChainReader()
        cursor = ReportCursor()
        isBegun = true
    }

    /// Ends the request.
    ///
    /// - Returns: what names the chain that is to be returned.
    mutating func end() -> UInt16 {
        isBegun = false
        let head = chain.head
        if chain.buffers.count > Self.mostKeptBuffers { chain = DescriptorChain() }
        return head
    }

    /// Ends the request, whose buffer is kept for now.
    mutating func keep() { isBegun = false }

    /// The driver stopped.
    mutating func stop(keepsBuffer: Bool) { self.keepsBuffer = keepsBuffer }

    /// Ends what was begun, since the ring is stopped.
    ///
    /// - Returns: how many chains were taken and not returned.
    mutating func giveUp() -> UInt16 {
        defer {
            isBegun = false
            keepsBuffer = false
        }
        return (isBegun ? 1 : 0) + (keepsBuffer ? 1 : 0)
    }

    // MARK: - One step each

    mutating func inflate(_ device: inout BalloonDevice, _ sink: inout FileDiscardSink) -> BalloonDevice.Step {
        let memory = sink.table
        return device.inflate(chain, &reader, memory: memory, sink: &sink)
    }

    mutating func deflate(_ device: inout BalloonDevice, _ sink: inout FileDiscardSink) -> BalloonDevice.Step {
        let memory = sink.table
        return device.deflate(chain, &reader, memory: memory, sink: &sink)
    }

    /// - Returns: whether that was the last step.
    mutating func report(_ device: inout BalloonDevice, _ sink: inout FileDiscardSink) -> Bool {
        device.report(chain, at: &cursor, sink: &sink)
    }
}
