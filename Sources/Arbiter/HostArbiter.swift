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
    public let tuning: HostTuning
    public let guestTuning: Tuning
    public internal(set) var ledger = Ledger()
    public internal(set) var mode: HostMode
    /// How short of memory the host is.
    public internal(set) var pressure = HostPressure.calm

    var time = SteadyTime()
    var guests = ChunkedArray<SharedGuest>()
    var unusedSlots: [Int] = []
    /// Who can pay, cheapest first.
    var payers = IndexedHeap()
    /// Who waits for memory, the most urgent first.
    var claims = IndexedHeap()
    var bursts = BurstMemory()
    var host = HostState()

    /// When the rest of what one event left over is to be done; steady time.
    var goOnAt: UInt64?
    /// In watch mode: what was advised lately.
    var advised: Int64 = 0
    var advisedAt: UInt64 = 0
    var isShort = false
    /// The share of what is comfortable that guests are left: less than 1 while one in an alarm finds no payer.
    var ease = 1.0
    var easedAt: UInt64 = 0
    /// Free pages that guests lack, in sum; see ``SharedGuest/lack(_:_:_:)``.
    var lacking: Int64 = 0
    var lackingAt: UInt64 = 0
    var shortSince: UInt64?
    var isOverdrawn = false
    var complainedAt: UInt64?

    // What the caller has not yet fetched.
    var firstChange: Int32 = -1
    var lastChange: Int32 = -1
    var moves = Recent<Move>(capacity: 1024)
    var movesMade: UInt64 = 0
    var happenings = Recent<HostHappening>(capacity: 64)

    /// - Parameters:
    ///   - budget: pages of 4 KiB that all guests may see together; `nil`: each guest is steered for itself.
    ///   - hostMemory: pages that the host has, if that is known.
    /// - Throws: ``AdmissionError`` if the budget is none, or more than the host has.
    public init(
        budget: UInt64?, hostMemory: UInt64? = nil, mode: HostMode = .on, tuning: HostTuning = HostTuning(),
        guestTuning: Tuning = Tuning()
    ) throws(AdmissionError) {
        self.tuning = tuning
        self.guestTuning = guestTuning
        self.mode = mode
        host.total = hostMemory
        try set(budget: budget)
    }

    /// Decisions about other guests than the one at hand are written.
    var isSharing: Bool { mode == .on && ledger.budget != nil }

    // MARK: - Events

    /// Takes one input about one guest, as ``GuestArbiter/handle(_:at:held:)`` does. O(log n) in the number of guests.
    ///
    /// Under a budget `.requested` is an operator's *cap* on what the guest sees: it shrinks to it, and never grows beyond it
    /// by itself, but an alarm may. Less balloon than before is a higher cap; the guest grows into it as it needs.
    ///
    /// - Parameters:
    ///   - now: ns, monotonic. A clock that jumps is made steady.
    ///   - held: pages in the guest's balloon, as counted.
    /// - Returns: what is to be done about *this* guest.
    public mutating func handle(_ input: Input, of guest: GuestHandle, at now: UInt64, held: UInt64) -> Decision {
        if case .statistics(let set) = input { return hear(set, of: guest, at: now, held: held) }
        let now = time.at(now)
        let index = guest.rawValue
        guard isUsed(index) else { return Decision() }
        prepare(input, index)
        note(held: held, input, index, now)
        let decision = tell(input, index, now)
        bookGrant(index, now)
        settle(index, now)
        balance(now)
        return fetch(decision, index)
    }

    /// Takes one set of statistics, as ``handle(_:of:at:held:)`` does: what comes most often, with fewer copies of it.
    public mutating func hear(_ set: BalloonStatistics, of guest: GuestHandle, at now: UInt64, held: UInt64) -> Decision
    {
        let now = time.at(now)
        let index = guest.rawValue
        guard isUsed(index) else { return Decision() }
        note(held: held, nil, index, now)
        let held = guests[index].held
        let (decision, health) = guests[index].arbiter.hear(set, at: now, held: held)
        bookGrant(index, now)
        follow(health, index, now)
        balance(now)
        return fetch(decision, index)
    }

    /// What is held now, and what the guest's own arbiter has to know of the host before it decides.
    private mutating func note(held: UInt64, _ input: Input?, _ index: Int, _ now: UInt64) {
        let before = ledger.promised
        guests[index].held = min(held, guests[index].limits.max)
        rebook(index)
        noteTaken(from: before, input, index, now)
        if isSharing {
            guests[index].brief(grantable: UInt64(max(0, ledger.free)), ease: ease, now, tuning)
        } else {
            guests[index].briefAlone()
        }
    }

    /// What the guest's own arbiter gave it.
    private mutating func bookGrant(_ index: Int, _ now: UInt64) {
        let before = guests[index].promised
        rebook(index)
        if guests[index].promised > before { noteGranted(guests[index].promised - before, index, now) }
    }

    /// Goes on with what one event left over, at ``wakeAt``.
    public mutating func wake(at now: UInt64) {
        let now = time.at(now)
        if let due = goOnAt, due <= now { goOnAt = nil }
        balance(now)
    }

    /// When to call ``wake(at:)`` (ns, the caller's clock); `nil`: only when something happens.
    public var wakeAt: UInt64? { goOnAt.map { time.callers($0) } }

    private mutating func tell(_ input: Input, _ index: Int, _ now: UInt64) -> Decision {
        let held = guests[index].held
        switch input {
        case .unsolicited(let pages):
            let pages = min(pages, guests[index].limits.max)
            return guests[index].arbiter.handle(.unsolicited(pages), at: now, held: held)
        case .requested(let pages) where ledger.budget != nil:
            return setCap(pages, index, now)
        default:
            return guests[index].arbiter.handle(input, at: now, held: held)
        }
    }

    func isUsed(_ index: Int) -> Bool { guests.indices.contains(index) && guests[index].isUsed }
}
