internal import Arbiter
internal import Balloon
internal import HostSignals

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
                case .some(let round): round.nextAt
                case .none: nil
                }
            let first = min(nextAt ?? .max, answer ?? .max)
            return first < .max ? first : nil
        }

        mutating func overdue(at now: UInt64, _ look: () -> ProcessLook?) -> Overdue? {
            guard round != nil else { return nil }
            round?.lookIfDue(at: now, look)
            if round?.extendIfLate(at: now) == true { return nil }
            switch round {
            case .some(let round):
                return round.deadline <= now ? Overdue(askedAt: round.askedAt, look: round.look) : nil
            case .none: return nil
            }
        }

        /// - Returns: whether a round began.
        mutating func ask(at now: UInt64) -> Bool {
            guard round == nil else { return false }
            round = StatisticsRound(at: now)
            return true
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

    /// When ``overdue(at:_:)`` or ``takeDue(at:)`` is to be asked (ns, monotonic); `nil`: nothing is due.
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
    /// - Returns: whether one began.
    mutating func ask(at now: UInt64) -> Bool { run?.ask(at: now) ?? false }

    /// Calls `body` when the round that is out ends, or now if none is; see ``StatisticsRound/whenEnded(_:)``.
    mutating func whenAnswered(_ body: @escaping () -> Void) {
        if run == nil { body() }
        run?.whenAnswered(body)
    }

    /// A request that counts as not answered.
    struct Overdue {
        /// ns, monotonic.
        let askedAt: UInt64
        /// What the VMM was seen to do meanwhile, and when.
        let look: (look: ProcessLook, at: UInt64)?
    }

    /// The request that is out, if it counts as not answered.
    ///
    /// - Parameter look: what the VMM does now.
    mutating func overdue(at now: UInt64, _ look: () -> ProcessLook?) -> Overdue? {
        run?.overdue(at: now, look) ?? nil
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
