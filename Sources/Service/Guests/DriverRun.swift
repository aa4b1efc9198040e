internal import Linux

/// One run of a driver, from its start to the next one.
struct DriverRun {
    /// Bytes that could not be given back before this driver was loaded.
    let failedBefore: UInt64
    /// A request has come: the rings lie where we look.
    private(set) var hasSeenRequest = false
    /// Statistics are to be asked for as soon as the driver has given its buffer.
    private(set) var wantsStatistics = false
    /// What was taken back unasked, until that is explained.
    private(set) var unconfirmed: Unconfirmed?
    /// The driver has emptied its balloon: it is about to stop, or short of memory after all.
    private(set) var leaving: Leaving?
    /// It was told of this driver that it takes pages back unasked, and yet is not short of memory.
    private(set) var hasRetaken = false

    /// The guest was asked which of its memory is free.
    private(set) var hinting: HintRound?

    /// - Parameter failedBefore: bytes that could not be given back so far.
    init(failedBefore: UInt64 = 0) {
        self.failedBefore = failedBefore
    }

    /// A run of the same driver, after a pause.
    func continued() -> DriverRun {
        var run = DriverRun(failedBefore: failedBefore)
        run.unconfirmed = unconfirmed
        run.hasRetaken = hasRetaken
        return run
    }

    mutating func noteRequest() { hasSeenRequest = true }

    mutating func want(statistics isWanted: Bool) { wantsStatistics = isWanted }

    /// The driver took so many pages back that were not asked for.
    ///
    /// - Parameters:
    ///   - held: pages that the balloon holds now.
    ///   - isDone: that was the end of its message.
    mutating func note(unsolicited pages: UInt64, held: UInt64, isDone: Bool) {
        guard pages > 0 else { return }
        if unconfirmed == nil { unconfirmed = Unconfirmed(since: MonotonicClock.now(), heldBefore: held + pages) }
        unconfirmed?.add(pages, isDone: isDone)
    }

    /// Ends the wait for an explanation of what was taken.
    ///
    /// - Returns: what was taken, if anything.
    mutating func takeUnconfirmed() -> Unconfirmed? {
        defer { unconfirmed = nil }
        return unconfirmed
    }

    /// Waits a moment for a driver to stop that has emptied its balloon.
    mutating func awaitStop(after taken: Unconfirmed) {
        leaving = Leaving(taken, until: MonotonicClock.now() + Leaving.patience)
    }

    /// Ends the wait for a driver's stop.
    ///
    /// - Returns: what it had taken, if it was waited for.
    mutating func endLeaving() -> Unconfirmed? {
        defer { leaving = nil }
        return leaving?.taken
    }

    mutating func beginHinting() { hinting = .underWay(until: MonotonicClock.now() + HintRound.patience) }
    /// The guest has told all, or was told to stop: its driver is giving the memory back to it.
    mutating func settleHinting() { hinting = .over(since: MonotonicClock.now()) }
    mutating func endHinting() { hinting = nil }

    /// - Returns: whether it is the first time.
    mutating func noteRetaken() -> Bool {
        defer { hasRetaken = true }
        return !hasRetaken
    }
}

/// Pages that were taken back unasked, until the driver's next write of `actual` shows whether it is short of memory or
/// only leaving.
struct Unconfirmed {
    private var pages: UInt64 = 0
    /// Requests by which they were taken.
    private var messages = 0
    /// When the first of them was seen (ns, monotonic).
    let since: UInt64
    /// Pages that the balloon held before.
    private let heldBefore: UInt64

    init(since: UInt64, heldBefore: UInt64) {
        self.since = since
        self.heldBefore = heldBefore
    }

    mutating func add(_ pages: UInt64, isDone: Bool) {
        self.pages += pages
        if isDone { messages += 1 }
    }

    /// What the driver has really taken: what it has put back by now does not count.
    ///
    /// - Parameter held: pages that the balloon holds now.
    func pages(held: UInt64) -> UInt64 { min(pages, heldBefore > held ? heldBefore - held : 0) }

    /// Whether it gave everything back as before it leaves: one that is out of memory writes `actual` after each request.
    var isWholeBalloon: Bool { messages > 1 }
}

/// A driver has emptied its balloon unasked. If it stops now, it is being unloaded, or its machine is suspended or shut down;
/// if it does not, it is short of memory. Nothing is lost by waiting: there is nothing more to give.
struct Leaving {
    /// How long a driver takes from its last deflation to its stop at the most (ns). Linux resets its device at once; but a
    /// guest's processor may have to wait for a busy host.
    static let patience: UInt64 = 500_000_000

    let taken: Unconfirmed
    /// ns, monotonic.
    let deadline: UInt64

    init(_ taken: Unconfirmed, until deadline: UInt64) {
        self.taken = taken
        self.deadline = deadline
    }
}
