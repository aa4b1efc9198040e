internal import Linux
internal import Synchronization

/// The work of a discard thread: it takes what guests leave pending, in turns, and sleeps when there is nothing.
///
/// A set is looked after by one loop; several loops can share out the guests.
public final class DiscardLoop: Sendable {
    /// Guests get this many pieces (of 2 MiB) in a row before the next one has its turn.
    private static let piecesPerTurn = 1
    /// How long pages are gathered before they are taken: what a guest takes back meanwhile costs nothing, what is
    /// neighbouring is joined, and the guests' thread need not wake this one for each message (ns).
    private static let gathering: UInt64 = 1_000_000
    /// A guest that has left nothing for so long pauses (ns). Linux sends a message of 1 MiB about once in 1 ms.
    static let pause: UInt64 = 3_000_000
    /// The same for transparent huge pages, of which no part is given back as long as the rest may come (ns).
    static let patience: UInt64 = 100_000_000
    /// No page waits longer than this (ns).
    static let longestWait: UInt64 = 1_000_000_000

    private let sets = Mutex<[PendingPages]>([])
    private let signal = TurnCounter()
    private let isAsleep = Atomic<Bool>(false)
    private let isStopping = Atomic<Bool>(false)

    public init() {}

    // MARK: - From the guests' threads

    public func add(_ set: PendingPages) {
        sets.withLock { $0.append(set) }
    }

    /// The set has to be empty. The thread lets go of it, and of the guest's memory with it, even if it sleeps.
    public func remove(_ set: PendingPages) {
        sets.withLock { $0.removeAll { $0 === set } }
        signal.advance()
        signal.wake()
    }

    /// Something was inserted. A system call only if the thread sleeps.
    public func notify() {
        // Either this sees that it sleeps, or it sees the insertion before it does.
        guard isAsleep.load(ordering: .sequentiallyConsistent),
            isAsleep.exchange(false, ordering: .sequentiallyConsistent)
        else { return }
        signal.advance()
        signal.wake()
    }

    /// Lets ``run()`` return soon. What is pending stays.
    public func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        signal.advance()
        signal.wake()
    }

    // MARK: - On the discard thread

    /// What the thread remembers of a set.
    private struct Entry {
        let set: PendingPages
        var cursor = PendingPages.Cursor()
        /// The turn was over before the sweep was.
        var hasMore = false
        /// The sweep takes incomplete pieces, too.
        var includesPartial = false
        /// When something was left here last, and since when pages wait (ns).
        var newest: UInt64 = 0
        var oldest: UInt64?

        /// When incomplete pieces are taken (ns); `nil`: none wait.
        ///
        /// While the guest gathers pages it runs, and each hole punched under it interrupts its processors: a hole of a
        /// page takes several times as long beside a guest that runs as beside one that waits. Whole pieces are worth it. What is
        /// scattered is taken when the guest pauses, or by the guest's own thread, once too much is pending.
        var due: UInt64? {
            let pause = set.prefersWholePieces ? DiscardLoop.patience : DiscardLoop.pause
            return oldest.map { min($0 + DiscardLoop.longestWait, newest + pause) }
        }
    }

    /// Works until ``stop()``.
    public func run() {
        var entries: [Entry] = []
        while !isStopping.load(ordering: .sequentiallyConsistent) {
            let turn = signal.value
            refresh(&entries)
            var didWork = false
            for index in entries.indices where serve(&entries[index]) { didWork = true }
            if entries.contains(where: \.hasMore) { continue }
            // A guest that pauses soon is not waited for asleep: each of its messages would have to wake this thread.
            let soon = MonotonicClock.now() + Self.pause
            if didWork || entries.contains(where: { ($0.due ?? .max) <= soon }) {
                signal.wait(while: turn, atMost: Self.gathering)
            } else {
                sleep(entries)
            }
        }
    }

    private func refresh(_ entries: inout [Entry]) {
        let current = sets.withLock { $0 }
        guard !current.elementsEqual(entries, by: { $0 === $1.set }) else { return }
        let old = entries
        entries = current.map { set in old.first { $0.set === set } ?? Entry(set: set) }
    }

    /// Waits for a notification, or until incomplete pieces are due; then gathers for a moment.
    private func sleep(_ entries: [Entry]) {
        let turn = signal.value
        isAsleep.store(true, ordering: .sequentiallyConsistent)
        let isIdle = sets.withLock { sets in !sets.contains(where: \.isTouched) }
        if isIdle, !isStopping.load(ordering: .sequentiallyConsistent) {
            let due = entries.compactMap(\.due).min()
            let now = MonotonicClock.now()
            signal.wait(while: turn, atMost: due.map { max($0, now + 1) - now })
        }
        isAsleep.store(false, ordering: .sequentiallyConsistent)
        if !isStopping.load(ordering: .sequentiallyConsistent) {
            signal.wait(while: signal.value, atMost: Self.gathering)
        }
    }

    /// One guest's turn.
    ///
    /// - Returns: whether there was anything to do.
    private func serve(_ entry: inout Entry) -> Bool {
        let isNew = entry.set.takeDirt()
        let now = MonotonicClock.now()
        if isNew {
            entry.newest = now
            entry.oldest = entry.oldest ?? now
        }
        let isDue = entry.due.map { now >= $0 } ?? false
        guard isNew || isDue || entry.hasMore else { return false }
        // A guest that goes on is not interrupted any further.
        if !entry.hasMore || isNew {
            entry.cursor = PendingPages.Cursor()
            // What waits for the rest of its block must not fill up what may be pending.
            let isCrowded = entry.set.prefersWholePieces && entry.set.count > PendingPages.most / 2
            entry.includesPartial = isDue || isCrowded
        }
        entry.hasMore = false
        for piece in 0..<Self.piecesPerTurn {
            guard let claim = entry.set.claim(from: &entry.cursor, includingPartial: entry.includesPartial) else {
                break
            }
            entry.set.perform(claim)
            entry.set.finish()
            entry.hasMore = piece == Self.piecesPerTurn - 1
        }
        if !entry.hasMore {
            if entry.set.count == 0 {
                entry.oldest = nil
            } else if entry.includesPartial {
                entry.oldest = now
            }
        }
        return true
    }
}
