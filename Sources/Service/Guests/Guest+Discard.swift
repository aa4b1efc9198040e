internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI
internal import HostMemory
internal import Linux
internal import VhostUser

/// What becomes of the balloon's memory on the host.
extension Guest {
    /// When the pages of an inflation are discarded. Only with MUST_TELL_HOST may that be behind the acknowledgement
    /// (spec V2, V3): then the guest waits for a deflation's acknowledgement before it uses a page.
    var discardTiming: FileDiscardSink.Timing {
        guard device.negotiated.contains(.mustTellHost) else { return .beforeAcknowledgement }
        // A reclaim takes pages in only to give them back, which would spare those that are pending.
        let isDeferred = configuration.deferredDiscard && steering.state != .reclaiming
        return isDeferred ? .onOtherThread : .behindAcknowledgement
    }

    /// Held bytes that the host has.
    var discarded: UInt64 {
        let failed = sink.counters.failedBytes - (connection?.run.failedBefore ?? 0)
        let missing = device.partialPages * PageFrame.size + sink.pendingBytes + failed
        let held = device.held.count * PageFrame.size
        return held > missing ? held - missing : 0
    }

    /// Says what memory there is of which nothing can be given back.
    func judgeMemory() {
        for region in sink.table.regions {
            guard let problem = region.file.punchProblem else { continue }
            steering.complain(
                "memory cannot be given back on this file system: the balloon counts but frees nothing (\(problem))")
        }
    }

    /// Says what the VMM has done to its memory that a balloon is up against.
    func judgePeer() {
        guard let socket = connection?.door.descriptor, let peer = PeerProcess(of: socket) else {
            return
        }
        if let sentence = peer.lockedMemorySentence { steering.complain(sentence) }
        if peer.handlesPageFaults {
            steering.complain(
                "the VMM handles page faults itself (userfaultfd): pages that come back from the balloon are asked of it"
            )
        }
    }

    func noteDiscardFailure() {
        if let error = sink.counters.lastError {
            steering.complain("memory could not be given back: \(error); the balloon counts, but frees nothing")
        }
        if let error = sink.counters.populateError {
            steering.complain("memory could not be brought in ahead: \(error); is the pool of huge pages empty?")
        }
    }
}

extension GuestLayout.Region {
    /// A region of memory, in blocks of the pages that its file is made of.
    init(_ region: MemoryRegion) {
        self.init(
            pages: PageRun(start: region.guestAddress >> PageFrame.shift, count: region.size >> PageFrame.shift),
            pagesPerBlock: region.file.pageSize >> PageFrame.shift, phase: region.fileOffset >> PageFrame.shift)
    }
}
