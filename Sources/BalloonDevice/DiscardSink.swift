public import struct Balloon.PageRun

/// Where the device sends the runs whose memory the host may have.
public protocol DiscardSink: ~Copyable {
    /// The host may take the memory of these pages now. They lie in one region of the guest's layout.
    mutating func discard(_ run: PageRun)
}
