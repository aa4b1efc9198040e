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

    /// - Parameter failedBefore: bytes that could not be given back so far.
    init(failedBefore: UInt64 = 0) {
        self.failedBefore = failedBefore
    }

    /// A run of the same driver, after a pause.
    func continued() -> DriverRun { DriverRun(failedBefore: failedBefore) }

    mutating func noteRequest() { hasSeenRequest = true }

    mutating func want(statistics isWanted: Bool) { wantsStatistics = isWanted }

    /// The driver took so many pages back that were asked for.
    mutating func note(unsolicited pages: UInt64) {
        if unconfirmed == nil { unconfirmed = Unconfirmed(since: MonotonicClock.now()) }
        unconfirmed?.add(pages)
    }

    /// Ends the wait for an explanation of what was taken.
    ///
    /// - Returns: what was taken, if anything.
    mutating func takeUnconfirmed() -> Unconfirmed? {
        defer { unconfirmed = nil }
        return unconfirmed
    }
}

/// Pages that were taken back unasked, until the driver's next write of `actual` shows whether it is short of memory or
/// only leaving.
struct Unconfirmed {
    private(set) var pages: UInt64 = 0
    /// Requests by which they were taken.
    private(set) var messages = 0
    /// When the first of them was seen (ns, monotonic).
    let since: UInt64

    init(since: UInt64) {
        self.since = since
    }

    mutating func add(_ pages: UInt64) {
        self.pages += pages
        messages += 1
    }

    /// Whether it was a driver that gives everything back before it leaves: one that is out of memory writes `actual` after
    /// each request.
    ///
    /// - Parameter held: pages that the balloon holds now.
    func isLeaving(held: UInt64) -> Bool { held == 0 && messages > 1 }
}
