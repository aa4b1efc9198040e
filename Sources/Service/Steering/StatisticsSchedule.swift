internal import Arbiter
internal import Balloon

/// When a guest is asked for statistics, and what its driver has answered.
struct StatisticsSchedule: ~Copyable {
    /// What ends when the driver stops.
    private struct Run: ~Copyable {
        /// When to ask next (ns, monotonic); `nil`: only when somebody wants to know.
        var nextAt: UInt64?
        /// The request that is out.
        var round: StatisticsRound?

        var deadline: UInt64? {
            let answer: UInt64? =
                switch round {
                case .some(let round): round.deadline
                case .none: nil
                }
            let first = min(nextAt ?? .max, answer ?? .max)
            return first < .max ? first : nil
        }

        func isOverdue(at now: UInt64) -> Bool {
            switch round {
            case .some(let round): round.deadline <= now
            case .none: false
            }
        }

        mutating func ask(at now: UInt64) {
            if round == nil { round = StatisticsRound(at: now) }
        }

        /// A method of its own: assigned through two optionals (`run?.round = nil`), the round would not be destroyed.
        mutating func endRound() { round = nil }

        mutating func whenAnswered(_ body: @escaping () -> Void) {
            if round == nil { body() }
            round?.whenEnded(body)
        }
    }

    /// Time between requests (ns); 0: none are sent.
    private(set) var interval: UInt64
    /// `nil`: no driver runs.
    private var run: Run?
    /// What the driver at hand has said, or the one that is paused.
    private(set) var record = StatisticsRecord()
    /// Statistics of all drivers that did not count, since they cannot have been right.
    private(set) var dropped: UInt64 = 0

    /// - Parameter interval: ns; 0: none are sent.
    init(interval: UInt64) {
        self.interval = interval
    }

    /// When ``isOverdue(at:)`` or ``takeDue(at:)`` is to be asked (ns, monotonic); `nil`: nothing is due.
    var deadline: UInt64? {
        switch run {
        case .some(let run): run.deadline
        case .none: nil
        }
    }

    // MARK: - A driver's life

    /// Begins a run of a driver.
    ///
    /// - Parameters:
    ///   - isFresh: it is another driver than the one before.
    ///   - now: ns, monotonic.
    mutating func driverStarted(isFresh: Bool, at now: UInt64) {
        if isFresh { record = StatisticsRecord() }
        run = Run(nextAt: first(after: now))
    }

    /// Ends the run at hand, and the round that is out. The record stays, for the driver may go on.
    mutating func driverStopped() { run = nil }

    /// Forgets what a driver has said that will not go on.
    mutating func driverGone() { record = StatisticsRecord() }

    // MARK: - Rounds

    /// Chooses another time between requests.
    ///
    /// - Parameters:
    ///   - interval: ns; 0: none are sent.
    ///   - now: ns, monotonic.
    mutating func set(interval: UInt64, at now: UInt64) {
        self.interval = interval
        let next = first(after: now)
        run?.nextAt = next
    }

    private func first(after now: UInt64) -> UInt64? { interval > 0 ? now + interval : nil }

    /// Begins a round, where none is out.
    ///
    /// - Parameter now: ns, monotonic.
    mutating func ask(at now: UInt64) { run?.ask(at: now) }

    /// Calls `body` when the round that is out ends, or now if none is; see ``StatisticsRound/whenEnded(_:)``.
    mutating func whenAnswered(_ body: @escaping () -> Void) {
        if run == nil { body() }
        run?.whenAnswered(body)
    }

    /// Whether the request that is out counts as not answered.
    func isOverdue(at now: UInt64) -> Bool {
        switch run {
        case .some(let run): run.isOverdue(at: now)
        case .none: false
        }
    }

    /// Whether it is time to ask. If so, the next time is an interval from now.
    mutating func takeDue(at now: UInt64) -> Bool {
        guard let due = run?.nextAt, due <= now else { return false }
        run?.nextAt = now + interval
        return true
    }

    /// Ends the round with an answer.
    ///
    /// - Parameters:
    ///   - held: pages that the balloon holds now.
    ///   - memory: what the guest's VMM shares; `nil`: not known.
    mutating func arrived(_ set: BalloonStatistics, held: UInt64, within memory: Pages?) -> StatisticsFilter.Verdict {
        let verdict = record.note(set, held: held, within: memory)
        dropped += UInt64(verdict.dropped.count)
        run?.endRound()
        return verdict
    }

    /// Ends the round without an answer.
    mutating func timedOut() {
        record.noteSilence()
        run?.endRound()
    }
}
