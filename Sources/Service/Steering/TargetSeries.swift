/// Joins what there is to tell of a guest's targets that follow on one another: a guest in an alarm takes 1 MiB back after another,
/// and under a budget one is given, or asked for, memory drop by drop. The first target is told at once, the rest as one when
/// it has been quiet for a while. What takes long is told of meanwhile.
struct TargetSeries {
    /// Without another target for so long, a series is over (ns).
    static let quiet: UInt64 = 1_500_000_000
    /// What goes on longer is told of meanwhile, as often as this (ns).
    static let longest: UInt64 = 10_000_000_000

    /// What is to be told, in pages of 4 KiB.
    struct News: Equatable {
        var target: UInt64
        /// Why the last one was set.
        var reason: String
        /// So many targets were set.
        var steps: UInt64
        /// Pages that the guest took back unasked meanwhile.
        var taken: UInt64
        /// What the balloon held when it had come to the last one; `nil`: it has not.
        var reached: UInt64?
    }

    /// A series that goes on (ns).
    private struct Span {
        var toldAt: UInt64
        var setAt: UInt64
        /// That the balloon has come to a target was told.
        var hasReached = false
    }

    private var span: Span?
    private var taken: UInt64 = 0
    private var waiting: News?

    /// When ``end(at:)`` is due (ns); `nil`: nothing waits.
    var deadline: UInt64? {
        guard waiting != nil, let span else { return nil }
        return min(span.setAt &+ Self.quiet, span.toldAt &+ Self.longest)
    }

    /// The guest took pages back unasked.
    mutating func noteTaken(_ pages: UInt64) { taken = taken.addingReportingOverflow(pages).partialValue }

    /// A target was set.
    ///
    /// - Parameter now: ns, monotonic.
    /// - Returns: what is to be told now; `nil`: it waits.
    mutating func note(_ target: UInt64, _ reason: String, at now: UInt64) -> News? {
        let steps = (waiting?.steps ?? 0) + 1
        waiting = News(target: target, reason: reason, steps: steps, taken: taken)
        guard let before = span, now < before.setAt &+ Self.quiet else {
            span = Span(toldAt: now, setAt: now)
            return end(at: now)
        }
        span?.setAt = now
        return now < before.toldAt &+ Self.longest ? nil : end(at: now)
    }

    /// The balloon has come to the target.
    ///
    /// - Returns: whether that waits, as the target does. The first time it is told at once: that is what an operator waits for.
    mutating func noteReached(_ held: UInt64) -> Bool {
        guard waiting != nil, span?.hasReached == true else {
            span?.hasReached = true
            return false
        }
        waiting?.reached = held
        return true
    }

    /// What waits is told now, because its time has come or because something else is told after it.
    mutating func end(at now: UInt64) -> News? {
        guard var news = waiting else { return nil }
        news.taken = taken
        span?.toldAt = now
        taken = 0
        waiting = nil
        return news
    }

    /// Something else is told: the next target begins another series.
    mutating func close() { span = nil }
}
