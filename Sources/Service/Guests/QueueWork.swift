internal import BalloonDevice
internal import Virtio

/// The request that a queue is at. A huge one is taken in steps, between which others get their turn.
struct QueueWork {
    var chain = DescriptorChain()
    var reader = ChainReader()
    var report = ReportCursor()
    /// The chain is begun and not returned.
    var isBegun = false

    mutating func begin() {
        reader = ChainReader()
        report = ReportCursor()
        isBegun = true
    }
}
