public import Balloon

/// Shares one host's memory among its guests, in time.
///
/// Pure policy: no clock, no I/O. The same inputs make the same decisions. A copy is a snapshot; one that was encoded
/// goes on where it was when the same version decodes it (nothing is checked then: decode only what you have encoded).
///
/// The caller tells what happens in each guest (``handle(_:of:at:held:)``), carries out the decision about that guest, and
/// then those about others until ``nextChange()`` has none. It calls again at ``wakeAt(of:)`` of each guest with `.wake`, and
/// at ``wakeAt``.
///
/// **The ledger.** A guest is *promised* what it may see: its memory less the smaller of its target and what its balloon
/// really holds. No decision raises the sum of promises above the budget. Growth has two phases: payers are asked,
/// and what they have really given is granted. Pages taken back unasked are a loan: booked at once, paid back by
/// others. Slack is kept for bursts.
///
/// **Who pays.** The guest with the lowest price: weight / (used pages + 4 * idle pages), as in ESX. Never below min or
/// the size that hurt it lately, never one in trouble, never one that is silent. A guest in need gets the free
/// pages of any other; page cache only of one that is cheaper than itself. Pages in use are not taken.
///
/// **An example**, which docs/Balancing.md follows number by number. Two guests of 1.25 GiB on a budget of 1.625 GiB:
///
/// ```swift
/// var host = try HostArbiter(budget: 425_984)
/// let a = try host.add(GuestLimits(min: 98_304, max: 327_680), at: now)
/// let b = try host.add(GuestLimits(min: 98_304, max: 327_680), at: now)
/// // Their drivers start, they answer, they lend: a 848 MiB, b 100 MiB. Then b takes 1 MiB back unasked.
/// let decision = host.handle(.unsolicited(256), of: b, at: now, held: 25_344)
/// // host.target(of: b) is lower by the 51 MiB that were free, and decision.interrupt is set: carry that out.
/// while let change = host.nextChange() {
///     // change.guest is a, and change.target is higher by 48 MiB: write it and interrupt.
/// }
/// // When a's balloon has filled, b is given what has arrived: now nextChange() is about b.
/// _ = host.handle(.progress, of: a, at: later, held: 229_376)
/// while let move = host.nextMove() { print(move.sentence { $0 == a ? "a" : "b" }) }
/// ```
public struct HostArbiter: Sendable, Codable {
    public internal(set) var mode: HostMode

    var books = Books()
    var time = SteadyTime()
    var bursts = BurstMemory()
    var host = HostState()
    var scarcity = Scarcity()
    var shortage = Shortage()
    var advice = Advice()
    /// When the rest of what one event left over is to be done; steady time.
    var goOnAt: Instant?
    /// When guests were last helped that lack something and do not wait for it.
    var lackingAt = Instant(nanoseconds: 0)

    // What the caller has not yet fetched.
    var changes = ChangeQueue()
    var news = News()

    /// - Parameters:
    ///   - budget: what all guests may see together; `nil`: each guest is steered for itself.
    ///   - hostMemory: what the host has, if that is known.
    /// - Throws: ``AdmissionError`` if the budget is nothing, or more than the host has.
    public init(budget: Pages?, hostMemory: Pages? = nil, mode: HostMode = .on) throws(AdmissionError) {
        self.mode = mode
        host.total = hostMemory
        try set(budget: budget)
    }

    /// How often a guest of a host with a budget should be asked for statistics.
    public static let statisticsInterval = PriceFigures.statisticsInterval

    /// Percent of 10 s: when all of the host's tasks waited for memory for longer, the host itself is short.
    public static let seriousStall = HostFigures.fullStalled

    /// How often the host should be asked what it spends on a guest of which that is to be told.
    public static let spendingInterval = SpendingFigures.interval

    /// What guests see and need, in sum.
    public var ledger: Ledger { books.sums }

    /// How short of memory the host is.
    public var pressure: HostPressure { host.pressure }

    /// Decisions about other guests than the one at hand are written.
    var isSharing: Bool { mode == .on && books.sums.budget != nil }

    /// What a decision about a guest may assume.
    func terms(_ index: Int, _ now: Instant) -> Terms {
        var terms = Terms()
        terms.memory = books[index].limits.max
        terms.startGrace = books[index].limits.startGrace
        terms.isFrozen = mode == .paused
        guard isSharing else { return terms }
        terms.grantable = min(books.sums.free.orNone, books[index].takesInAlarm)
        terms.pauseGrowth = PauseFigures.growthUnderBudget
        // A burst is no fight: only where it was made to pay does a repeat make the hold-off longer.
        terms.isForgiven = !books[index].turns.lastPayment.isRecent(at: now)
        terms.ease = scarcity.ease
        return terms
    }

    func moment(_ index: Int, _ now: Instant) -> Moment { Moment(now, held: books[index].held, terms(index, now)) }

    // MARK: - Events

    /// Takes one input about one guest, as ``GuestArbiter/handle(_:at:held:)`` does. O(log n) in the number of guests.
    ///
    /// Under a budget `.requested` is an operator's *cap* on what the guest sees: it shrinks to it, and never grows beyond it
    /// by itself, but an alarm may. Less balloon than before is a higher cap; the guest grows into it as it needs.
    ///
    /// - Parameters:
    ///   - now: monotonic. A clock that jumps is made steady.
    ///   - held: what is in the guest's balloon, as counted.
    /// - Returns: what is to be done about *this* guest.
    public mutating func handle(_ input: Input, of guest: GuestHandle, at now: Instant, held: Pages) -> Decision {
        if case .statistics(let set) = input { return hear(set, of: guest, at: now, held: held) }
        let now = time.at(now)
        let index = guest.rawValue
        guard books.isUsed(index) else { return Decision() }
        prepare(input, index, now)
        note(held: held, input, index, now)
        let before = books[index].account.promised
        let decision = tell(input, index, moment(index, now))
        noteGranted(books[index].account.promised - before, index, now)
        settle(index, now)
        balance(now)
        return joined(decision, index)
    }

    /// Takes one set of statistics, as ``handle(_:of:at:held:)`` does: what comes most often, with fewer copies of it.
    public mutating func hear(
        _ set: BalloonStatistics, of guest: GuestHandle, at now: Instant, held: Pages
    ) -> Decision {
        let now = time.at(now)
        let index = guest.rawValue
        guard books.isUsed(index) else { return Decision() }
        note(held: held, nil, index, now)
        noteHeard(index)
        let before = books[index].account.promised
        let moment = moment(index, now)
        let (decision, health) = books.hear(set, index, moment)
        noteGranted(books[index].account.promised - before, index, now)
        follow(health, index, now)
        balance(now)
        return joined(decision, index)
    }

    /// Goes on with what one event left over, at ``wakeAt``.
    public mutating func wake(at now: Instant) {
        let now = time.at(now)
        if let due = goOnAt, due <= now { goOnAt = nil }
        balance(now)
    }

    /// When to call ``wake(at:)``, by the caller's clock; `nil`: only when something happens.
    public var wakeAt: Instant? { goOnAt.map { time.callers($0) } }

    private mutating func tell(_ input: Input, _ index: Int, _ moment: Moment) -> Decision {
        switch input {
        case .unsolicited(let pages):
            let pages = min(pages, books[index].limits.max)
            return books.change(index) { $0.arbiter.handle(.unsolicited(pages), moment) }
        case .retaken(let pages):
            let pages = min(pages, books[index].limits.max)
            return books.change(index) { $0.arbiter.handle(.retaken(pages), moment) }
        case .requested(let pages) where ledger.budget != nil:
            return setCap(pages.orNone, isNow: true, index, moment)
        case .reckoned(let pages) where ledger.budget != nil:
            return setCap(pages.orNone, isNow: false, index, moment)
        default:
            return books.change(index) { $0.arbiter.handle(input, moment) }
        }
    }
}
