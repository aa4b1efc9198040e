import Arbiter
import Balloon
import Testing

/// One host's guests, with drivers as Linux has them, and the arbiter that shares its memory: in virtual time.
struct SimulatedHost {
    static let tick = 20 * ArbiterBench.millisecond

    var arbiter: HostArbiter
    private(set) var guests: [SimulatedGuest] = []
    private(set) var handles: [GuestHandle] = []
    private var askedAt: [Instant?] = []
    private var pollAt: [Instant] = []
    private(set) var now = Instant(nanoseconds: 0) + 1000 * ArbiterBench.second
    private(set) var moves: [Move] = []
    private(set) var happenings: [HostHappening] = []
    private(set) var told: [(guest: Int, happening: Happening)] = []
    /// Promised beyond the budget by a decision.
    private(set) var overdrawn: Pages = 0

    /// - Parameter budget: MiB.
    init(budget: UInt64?, mode: HostMode = .on) throws {
        arbiter = try HostArbiter(budget: budget.map { $0 * mebibyte }, mode: mode)
    }

    /// A guest with a driver, without anything in its balloon. Sizes in MiB.
    @discardableResult
    mutating func start(
        max: UInt64 = 1024, min: UInt64 = 256, weight: Double = 1, used: UInt64 = 100, cache: UInt64 = 0
    ) throws -> Int {
        let limits = try GuestLimits(min: min * mebibyte, max: max * mebibyte, weight: weight)
        let handle = try arbiter.add(limits, at: now)
        var guest = SimulatedGuest(total: max * mebibyte)
        guest.used = used * mebibyte
        guest.wantedCache = cache * mebibyte
        guests.append(guest)
        handles.append(handle)
        askedAt.append(nil)
        pollAt.append(now + UInt64(guests.count) * 37 * ArbiterBench.millisecond)
        tell(.driverStarted(isFresh: true, hasStatistics: true), guests.count - 1)
        return guests.count - 1
    }

    mutating func change(_ guest: Int, _ body: (inout SimulatedGuest) -> Void) { body(&guests[guest]) }

    mutating func tell(_ input: Input, _ guest: Int) {
        let promised = arbiter.ledger.promised
        let before = arbiter.share(of: handles[guest])?.promised ?? 0
        // What the guest did by itself, before any decision.
        let sees = guests[guest].total - min(arbiter.target(of: handles[guest]), guests[guest].held)
        let taken = sees - before
        let decision = arbiter.handle(input, of: handles[guest], at: now, held: guests[guest].held)
        if arbiter.ledger.budget != nil, arbiter.mode == .on {
            let most = max(promised + max(0, taken), arbiter.ledger.effective)
            overdrawn = max(overdrawn, arbiter.ledger.promised - most)
        }
        carryOut(decision, guest)
        while let change = arbiter.nextChange() {
            guard let index = handles.firstIndex(of: change.guest) else { continue }
            carryOut(change.decision, index)
        }
        while let move = arbiter.nextMove() { moves.append(move) }
        while let happening = arbiter.nextHappening() { happenings.append(happening) }
    }

    private mutating func carryOut(_ decision: Decision, _ guest: Int) {
        if decision.interrupt { guests[guest].interrupt() }
        if decision.requestStatistics, askedAt[guest] == nil { askedAt[guest] = now }
        told += decision.happenings.map { (guest, $0) }
    }

    /// Lets so many seconds pass, or fewer if `condition` comes true.
    ///
    /// - Returns: how many milliseconds passed.
    @discardableResult
    mutating func run(seconds: UInt64, until condition: (Self) -> Bool = { _ in false }) -> UInt64 {
        let start = now
        while now < start + seconds * ArbiterBench.second, !condition(self) {
            now = now + Self.tick
            for guest in guests.indices { step(guest) }
            if let due = arbiter.wakeAt, due <= now { arbiter.wake(at: now) }
        }
        return (now - start).nanoseconds / ArbiterBench.millisecond.nanoseconds
    }

    private mutating func step(_ guest: Int) {
        guard guests[guest].isRunning else { return }
        let target = arbiter.target(of: handles[guest])
        let unsolicited = guests[guest].takeBack(target: target)
        if unsolicited > 0 { tell(.unsolicited(unsolicited), guest) }
        if guests[guest].work(target: arbiter.target(of: handles[guest])) { tell(.progress, guest) }
        if pollAt[guest] <= now {
            pollAt[guest] = now + HostArbiter.statisticsInterval
            if askedAt[guest] == nil { askedAt[guest] = now }
        }
        if let asked = askedAt[guest], now > asked {
            if guests[guest].answerTicks != nil {
                askedAt[guest] = nil
                tell(.statistics(guests[guest].statistics()), guest)
            } else if now >= asked + 3 * ArbiterBench.second {
                askedAt[guest] = nil
                tell(.statisticsTimedOut(.guest), guest)
            }
        }
        if let due = arbiter.wakeAt(of: handles[guest]), due <= now { tell(.wake, guest) }
    }

    // MARK: - What is, in MiB

    func sees(_ guest: Int) -> UInt64 { UInt64((guests[guest].total - guests[guest].held) / mebibyte) }
    func held(_ guest: Int) -> UInt64 { UInt64(guests[guest].held / mebibyte) }
    func state(_ guest: Int) -> GuestState { arbiter.state(of: handles[guest]) }
    var free: Int64 { arbiter.ledger.free / mebibyte }
    func moved(_ rule: MoveRule, to guest: Int) -> UInt64 {
        total { $0.rule == rule && $0.gainer == handles[guest] && $0.payer == nil }
    }
    func paid(_ rule: MoveRule? = nil, by guest: Int) -> UInt64 {
        total { $0.payer == handles[guest] && (rule == nil || $0.rule == rule) }
    }

    private func total(_ isMeant: (Move) -> Bool) -> UInt64 {
        UInt64(moves.filter(isMeant).reduce(0) { $0 + $1.pages } / mebibyte)
    }

    /// The ledger holds, and no decision overdrew it.
    func expectSound() {
        #expect(arbiter.faults() == [])
        #expect(overdrawn == 0)
    }
}
