internal import Balloon
internal import BalloonDevice
internal import HostMemory

/// Sends the device's discards to the guest's memory files: at once, behind the acknowledgement, or by way of another
/// thread.
struct FileDiscardSink: DiscardSink {
    enum Timing {
        case beforeAcknowledgement
        /// On this thread, in ``requestEnded()``. A deflation cannot be looked at before that.
        case behindAcknowledgement
        case onOtherThread
    }

    private(set) var table = MemoryTable()
    var timing = Timing.beforeAcknowledgement
    /// The other thread.
    private let discards: DiscardLoop
    /// Memory that comes back is brought in ahead.
    private(set) var populates = false
    private var pending: PendingPages?
    private var discarder = Discarder()
    /// What was done in tables that are no more.
    private var past = DiscardCounters()
    private var deferred: [PageRun] = []
    /// The other thread has something to look at.
    private var hasNews = false

    init(discards: DiscardLoop) {
        self.discards = discards
    }

    var counters: DiscardCounters { past + discarder.counters + (pending?.counters ?? DiscardCounters()) }
    var pendingBytes: UInt64 { (pending?.count ?? 0) * PageFrame.size }

    /// Chooses whether memory that comes back is brought in ahead.
    mutating func choose(populating: Bool) { populates = populating }

    mutating func discard(_ run: PageRun) {
        switch timing {
        case .onOtherThread:
            // Too much is pending: the guest waits for its own discard.
            if pending?.insert(run) == true { hasNews = true } else { discardNow(run) }
        case .behindAcknowledgement: deferred.append(run)
        case .beforeAcknowledgement: discardNow(run)
        }
    }

    mutating func takeBack(_ run: PageRun) {
        pending?.takeBack(run, populating: populates)
        if populates { hasNews = true }
    }

    private mutating func discardNow(_ run: PageRun) {
        pending?.exclude(run)
        discarder.discard(run, in: table)
    }

    /// The request is acknowledged: what was kept for now is discarded, and the other thread told.
    mutating func requestEnded() {
        for run in deferred { discardNow(run) }
        deferred.removeAll(keepingCapacity: true)
        timing = .beforeAcknowledgement
        guard hasNews else { return }
        hasNews = false
        discards.notify()
    }

    /// Discards a piece of what is pending, on this thread.
    ///
    /// - Returns: false if nothing is left.
    func flushOnePiece() -> Bool { pending?.flushOnePiece() ?? false }

    /// Forgets what is pending, and waits until the other thread is at nothing.
    func dropPending() { pending?.removeAll() }

    /// Nothing of the old table is touched any more when this returns.
    mutating func replaceTable(_ table: MemoryTable) {
        if let pending {
            pending.removeAll()
            discards.remove(pending)
            past = past + pending.counters
        }
        self.table = table
        pending = table.regions.isEmpty ? nil : PendingPages(table)
        if let pending { discards.add(pending) }
    }
}
