internal import Balloon
internal import BalloonDevice
internal import HostMemory

/// Sends the device's discards to the guest's memory files at once.
struct FileDiscardSink: DiscardSink {
    var table = MemoryTable()
    private(set) var discarder = Discarder()

    mutating func discard(_ run: PageRun) {
        discarder.discard(run, in: table)
    }
}
