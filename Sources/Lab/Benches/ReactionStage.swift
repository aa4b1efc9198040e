internal import Foundation
internal import Linux
internal import Load
internal import Synchronization
internal import VhostUser

/// The guests of one daemon: some take pages back, the others pay, each kind on a thread of its own.
final class ReactionStage: Sendable {
    /// The times (ns) at which payers were told of another target.
    private let told = Mutex<[UInt64]>([])
    private let isStopping = Atomic<Bool>(false)
    private let failure = Mutex<String?>(nil)
    private let ended = DispatchSemaphore(value: 0)
    private let paths: (takers: [String], payers: [String])
    private let payerSize: UInt64

    init(_ paths: (takers: [String], payers: [String]), _ payerSize: UInt64) throws {
        self.paths = paths
        self.payerSize = payerSize
    }

    /// Plays one alarm of each taker.
    ///
    /// - Parameter latest: asks the daemon how long its newest alarm took, in microseconds.
    func play(gap: UInt64, latest: () throws -> Double) throws -> [ReactionBench.Outcome] {
        // The takers come first: they must have left their memory to others before the others are there.
        let takers = try paths.takers.map {
            try TenantGuest(path: $0, size: 640 << 20, memory: .init(available: 600 << 20))
        }
        try settle(takers)
        let ready = DispatchSemaphore(value: 0)
        Thread.detachNewThread { [self] in
            playPayers(ready)
            ended.signal()
        }
        ready.wait()
        defer {
            isStopping.store(true, ordering: .relaxed)
            ended.wait()
            for taker in takers { taker.leave() }
        }
        try settle(takers)
        var outcomes: [ReactionBench.Outcome] = []
        for taker in takers {
            if let outcome = try alarm(taker, gap, latest) { outcomes.append(outcome) }
            if let failure = failure.withLock({ $0 }) { throw LabError(.refused, failure) }
        }
        return outcomes
    }

    private func alarm(
        _ taker: TenantGuest, _ gap: UInt64, _ latest: () throws -> Double
    ) throws -> ReactionBench.Outcome? {
        // So that what was asked for the alarm before has arrived.
        pause(milliseconds: 100)
        told.withLock { $0 = [] }
        var start: UInt64 = 0
        try taker.take(TenantGuest.batch) { start = MonotonicClock.now() }
        pause(milliseconds: 30)
        let inside = try latest()
        let times = told.withLock { $0 }.filter { $0 >= start }.sorted()
        try taker.work()
        guard let first = times.first else { return nil }
        var last = first
        var count = 0
        for time in times {
            guard time - last < gap else { break }
            last = time
            count += 1
        }
        return .init(
            inside: inside, first: Double(first - start) / 1000, last: Double(last - start) / 1000, payers: count)
    }

    /// Plays the guests until the daemon has heard the statistics of all and their targets are reached.
    private func settle(_ guests: [TenantGuest]) throws {
        let goals = guests.map { $0.answers + 3 }
        let deadline = MonotonicClock.now() + 30_000_000_000
        while zip(guests, goals).contains(where: { $0.answers < $1 || $0.held < $0.target }) {
            for guest in guests { try guest.work() }
            guard MonotonicClock.now() < deadline else { throw LabError(.timedOut, "the guests do not settle") }
            pause(milliseconds: 1)
        }
    }

    /// Waits for a while, since there is no event for "nothing more comes".
    private func pause(milliseconds: Int) { Thread.sleep(forTimeInterval: Double(milliseconds) / 1000) }

    private func playPayers(_ ready: DispatchSemaphore) {
        var isReady = false
        do {
            let poll = try EventPoll()
            var payers: [TenantGuest] = []
            for (index, path) in paths.payers.enumerated() {
                let payer = try TenantGuest(
                    path: path, size: payerSize, memory: .init(available: payerSize - (20 << 20)))
                for descriptor in payer.descriptors { try poll.add(descriptor, token: UInt64(index)) }
                payers.append(payer)
            }
            try settle(payers)
            isReady = true
            ready.signal()
            while !isStopping.load(ordering: .relaxed) {
                for payer in try hear(payers, poll) { try payers[payer].work() }
            }
            for payer in payers { payer.leave() }
        } catch {
            failure.withLock { $0 = "a payer failed: \(error)" }
            if !isReady { ready.signal() }
        }
    }

    /// Waits for what the daemon says, and notes when it comes. Real virtual machines would not wait for each other's
    /// answers, so nothing is answered before there is a pause.
    ///
    /// - Returns: the payers that were told something.
    private func hear(_ payers: [TenantGuest], _ poll: borrowing EventPoll) throws -> Set<Int> {
        var heard: Set<Int> = []
        var events: [EventPoll.Event] = []
        repeat {
            events.removeAll(keepingCapacity: true)
            try poll.wait(timeout: heard.isEmpty ? 50_000_000 : Self.answerPause, appendingTo: &events)
            for event in events {
                let payer = Int(event.token)
                if try payers[payer].hear() { note() }
                heard.insert(payer)
            }
        } while !events.isEmpty
        return heard
    }

    private static let answerPause: UInt64 = 500_000

    private func note() {
        let now = MonotonicClock.now()
        told.withLock { $0.append(now) }
    }
}
