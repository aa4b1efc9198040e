import Balloon
import Foundation
import Linux
import Synchronization
import VhostUser

/// What other balloon devices do with a message, on a thread of its own behind the same two eventfds, without a ring:
/// the baselines that ours is held against.
final class PeerDevice: Sendable {
    enum Algorithm: String, Sendable, Codable, CaseIterable {
        /// It only answers: an eventfd round trip between two threads.
        case none = "eventfd round trip"
        /// One hole a page, in the order of arrival, before the answer (QEMU, Cloud Hypervisor).
        case pageAtATime = "page at a time"
        /// Sorted and joined to runs, before the answer (Firecracker, crosvm).
        case sortAndJoin = "sort and join"
    }

    let memory: FrontEndMemory
    private let algorithm: Algorithm
    private let kick: EventCounter
    private let call: EventCounter
    private let message = Mutex<[UInt32]>([])
    private let isEnding = Atomic<Bool>(false)
    private let ended = DispatchSemaphore(value: 0)

    init(_ algorithm: Algorithm) throws {
        self.algorithm = algorithm
        memory = try FrontEndMemory(size: UInt64(BenchGuest.firstPage + BenchGuest.pages) << 12)
        kick = try EventCounter()
        call = try EventCounter()
        let thread = Thread { [self] in
            while !isEnding.load(ordering: .acquiring) { serve() }
            ended.signal()
        }
        thread.start()
    }

    /// Ends the thread.
    func end() {
        isEnding.store(true, ordering: .releasing)
        kick.signal()
        ended.wait()
    }

    /// - Returns: from the kick until the answer (ns).
    func inflate(_ pages: [UInt32]) throws -> UInt64 {
        message.withLock { $0 = pages }
        let start = MonotonicClock.now()
        kick.signal()
        guard try Readiness.awaitReadable(call.descriptor.raw, until: start + 10_000_000_000), call.drain() else {
            throw LabError(.timedOut, "no answer within ten seconds")
        }
        return MonotonicClock.now() - start
    }

    private func serve() {
        let deadline = MonotonicClock.now() + 1_000_000_000
        guard (try? Readiness.awaitReadable(kick.descriptor.raw, until: deadline)) == true, kick.drain() else { return }
        guard !isEnding.load(ordering: .acquiring) else { return }
        var pages = message.withLock { $0 }
        switch algorithm {
        case .none: break
        case .pageAtATime:
            for page in pages { punch(PageRun(start: UInt64(page), count: 1)) }
        case .sortAndJoin:
            pages.withUnsafeMutableBufferPointer { PageRun.forEach(sorting: $0) { punch($0) } }
        }
        call.signal()
    }

    private func punch(_ run: PageRun) {
        // A hole that fails would show in the memory that is left.
        try? memory.file.punchHole(offset: run.start << 12, length: run.count << 12)
    }
}
