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
        let released = held > missing ? held - missing : 0
        // What is locked comes back by itself, and what is pinned does not go: no more is released than the files lack.
        guard connection?.peer.fixed != nil, let allocated = try? sink.table.allocatedBytes() else { return released }
        return min(released, sink.table.size > allocated ? sink.table.size - allocated : 0)
    }

    /// Says what memory there is of which nothing can be given back.
    func judgeMemory() {
        for region in sink.table.regions {
            guard let problem = region.file.punchProblem else { continue }
            steering.complain(
                "memory cannot be given back on this file system: the balloon counts but frees nothing (\(problem))")
        }
    }

    /// Looks whether the guest's memory can be given, before the balloon grows, and tells what steers it.
    func lookAtPeer() {
        let now = MonotonicClock.now()
        guard device.isRunning, sink.table.size > 0,
            let change = connection?.lookAtPeer(at: now, memory: sink.table.size)
        else { return }
        switch change {
        case .fixed(let why):
            steering.complain(why)
            tell(.fixed(why))
        case .unfixed(let why):
            steering.withdraw(why)
            tell(.fixed(nil))
        }
    }

    /// Looks again at memory that could not be given, if it is time.
    func lookAtPeer(at now: UInt64) {
        if let due = connection?.peer.deadline, due <= now { lookAtPeer() }
    }

    /// Larger ones (bytes) are huge pages of hugetlbfs, which no memory cgroup is charged for.
    private static let largestPage: UInt64 = 65536

    /// Whether memory that comes back from the balloon is brought in ahead: only at the VMM's cost.
    private func choosePopulating(_ peer: PeerProcess?) {
        guard configuration.populateOnDeflate else { return }
        let isFree =
            peer?.sharesOurCgroup == true || sink.table.regions.allSatisfy { $0.file.pageSize > Self.largestPage }
        sink.choose(populating: isFree)
        guard !isFree else { return }
        steering.complain(
            "populate-on-deflate is not done: memory would be counted for the daemon and not for the VMM, which runs in "
                + "another cgroup")
    }

    /// Says what the VMM has done to its memory that a balloon is up against.
    func judgePeer() {
        let peer = (connection?.door.descriptor).flatMap { PeerProcess(of: $0) }
        choosePopulating(peer)
        guard let peer else { return }
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
