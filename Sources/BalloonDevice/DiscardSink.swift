public import struct Balloon.PageRun

/// Where the device sends the runs whose memory the host may have.
public protocol DiscardSink: ~Copyable {
    /// The host may take the memory of these pages now. They lie in one region of the guest's layout.
    mutating func discard(_ run: PageRun)

    /// The guest takes these pages back, which lie in one region: from the moment that this returns they must not be
    /// discarded any more, whatever was said before (spec V3).
    mutating func takeBack(_ run: PageRun)
}
