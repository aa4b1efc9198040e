/// Joins what there is to tell of a guest's targets while it is in an alarm: one event a second, not one for each MiB that it
/// takes back. One that comes after a second without any is told at once.
struct TargetSeries {
    /// ns.
    static let interval: UInt64 = 1_000_000_000

    /// What is to be told, in pages of 4 KiB.
    struct News: Equatable {
        var target: UInt64
        /// Why the last one was set.
        var reason: String
        /// So many targets were set.
        var steps: UInt64
        /// Pages that the guest took back unasked meanwhile.
        var taken: UInt64
    }

    private var toldAt: UInt64?
    private var taken: UInt64 = 0
    private var waiting: News?

    /// When ``end(at:)`` is due (ns); `nil`: nothing waits.
    var deadline: UInt64? { waiting == nil ? nil : toldAt.map { $0 &+ Self.interval } }

    /// The guest took pages back unasked.
    mutating func noteTaken(_ pages: UInt64) { taken = taken.addingReportingOverflow(pages).partialValue }

    /// A target was set.
    ///
    /// - Parameters:
    ///   - isInAlarm: what the guest is in; otherwise nothing is joined.
    ///   - now: ns, monotonic.
    /// - Returns: what is to be told now; `nil`: it waits.
    mutating func note(_ target: UInt64, _ reason: String, isInAlarm: Bool, at now: UInt64) -> News? {
        let steps = (waiting?.steps ?? 0) + 1
        waiting = News(target: target, reason: reason, steps: steps, taken: taken)
        guard isInAlarm, let toldAt, now < toldAt &+ Self.interval else { return end(at: now) }
        return nil
    }

    /// What waits is told now, because its time has come or because something else is told after it.
    mutating func end(at now: UInt64) -> News? {
        guard var news = waiting else { return nil }
        news.taken = taken
        toldAt = now
        taken = 0
        waiting = nil
        return news
    }
}
