internal import Balloon
internal import BalloonDevice
internal import HostMemory

/// Sends the device's discards to the guest's memory files.
struct FileDiscardSink: DiscardSink {
    var table = MemoryTable()
    /// Keep the runs until ``flush()``: the request that they belong to is acknowledged first.
    ///
    /// Only with MUST_TELL_HOST (spec V3): then the guest waits for a deflation's acknowledgement before it uses a page,
    /// and a deflation cannot be looked at before the flush, which comes next on the same thread.
    var isDeferring = false
    private(set) var discarder = Discarder()
    private var deferred: [PageRun] = []

    mutating func discard(_ run: PageRun) {
        if isDeferring {
            deferred.append(run)
        } else {
            discarder.discard(run, in: table)
        }
    }

    /// Discards what was kept.
    mutating func flush() {
        for run in deferred { discarder.discard(run, in: table) }
        deferred.removeAll(keepingCapacity: true)
    }
}
