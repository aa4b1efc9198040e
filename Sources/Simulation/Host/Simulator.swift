/// One host in virtual time: simulated guests, and the policy that shares the budget among them.
///
/// Deterministic: the same scenario, budget and policy give the same outcome on any machine. A guest is looked at only in
/// ticks in which something happens to it.
struct Simulator<P: Policy> {
    let tuning: ModelTuning
    let hostModel: HostModel
    var setups: [GuestSetup]
    let end: Int
    var guests: [SimulatedGuest]
    var policy: P
    var view: HostView
    var orders: Orders
    var outcome = Outcome()
    var tick = 0

    // MARK: Of each guest
    /// The next tick in which something happens to it, and the one up to which it was computed.
    var next: [Int]
    /// Those to which something happens in this tick.
    private var dueNow: [Int] = []
    var last: [Int]
    var isAtRest: [Bool]
    var cursors: [DemandCursor]
    var statisticsDue: [Int]
    /// Since when an answer is waited for; -1 if none is.
    var askedAt: [Int]
    var isOverdue: [Bool]
    var wakeTick: [Int]

    var hostWake = Int.max
    private var policyNext: Int
    var recorder: Recorder?

    init(_ scenario: Scenario, budget: Int, _ policy: P.Type, recorder: Recorder? = nil) {
        tuning = scenario.tuning
        hostModel = scenario.hostModel
        setups = scenario.guests
        end = scenario.ticks
        let count = setups.count
        let limits = setups.map { LimitsView(max: $0.max, min: $0.min, weight: $0.weight) }
        let shares = StaticShares.visible(budget: budget, limits)
        let held = zip(limits, shares).map { $0.max - $1 }
        guests = setups.map { SimulatedGuest($0, deflatesOnOOM: P.deflatesOnOOM) }
        view = HostView(budget: budget, setups, held: held)
        orders = Orders(view)
        self.policy = P(view)
        cursors = setups.map { _ in DemandCursor() }
        next = [Int](repeating: 0, count: count)
        last = next
        isAtRest = [Bool](repeating: false, count: count)
        let period = P.statisticsPeriod / VirtualTime.tickMilliseconds
        // Not all in one tick.
        statisticsDue = (0..<count).map { period == 0 ? .max : 1 + $0 % period }
        askedAt = [Int](repeating: -1, count: count)
        isOverdue = isAtRest
        wakeTick = [Int](repeating: .max, count: count)
        policyNext = P.period == 0 ? .max : P.period / VirtualTime.tickMilliseconds
        self.recorder = recorder
        for guest in 0..<count { settle(guest, held: held[guest]) }
    }

    /// A guest that has run for long: its programs are there, its files are read, and caches fill half of the rest.
    private mutating func settle(_ guest: Int, held: Int) {
        cursors[guest].apply(setups[guest].demand, to: &guests[guest], at: 0)
        guests[guest].held = held
        guests[guest].target = held
        let least = tuning.leastFree
        guests[guest].programs = max(0, min(guests[guest].wantedPrograms, guests[guest].free - least))
        guests[guest].files = max(0, min(guests[guest].wantedFiles, guests[guest].free - least))
        guests[guest].lost = guests[guest].wantedFiles - guests[guest].files
        guests[guest].caches = max(0, (guests[guest].free - least) / 2)
        view.resident += guests[guest].resident
    }

    mutating func run() -> Outcome {
        while tick < end { runOneTick() }
        for guest in guests.indices { advance(guest) }
        outcome.suffered += guests.reduce(0) { $0 + $1.suffered }
        outcome.kills = guests.reduce(0) { $0 + $1.kills }
        outcome.reads = guests.reduce(0) { $0 + $1.reads }
        outcome.time = VirtualTime.seconds(end)
        outcome.guests = guests.count
        return outcome
    }

    /// All that happens in this tick; then on to the next one in which anything does.
    mutating func runOneTick() {
        // What happens to one guest makes no other one due before the next tick.
        for guest in Self.due(next, at: tick, &dueNow) { handle(guest) }
        if policyNext <= tick {
            policyNext = tick + P.period / VirtualTime.tickMilliseconds
            tell(.tick)
        }
        if hostWake <= tick {
            hostWake = .max
            orders.hostWakeIsOver()
            tell(.wakeHost)
        }
        recorder?.record(tick, guests, last: last, outcome, view)
        var upcoming = min(end, policyNext, hostWake, Self.earliest(next))
        if let recorder { upcoming = min(upcoming, recorder.nextTick) }
        upcoming = max(upcoming, tick + 1)
        chargeHost(upcoming - tick)
        tick = upcoming
    }

    /// The guests whose time has come; in one tight loop, since most have not.
    private static func due(_ times: [Int], at tick: Int, _ guests: inout [Int]) -> [Int] {
        guests.removeAll(keepingCapacity: true)
        let times = times.span
        for guest in times.indices where times[guest] <= tick { guests.append(guest) }
        return guests
    }

    private static func earliest(_ times: [Int]) -> Int {
        let times = times.span
        var earliest = Int.max
        for guest in times.indices { earliest = min(earliest, times[guest]) }
        return earliest
    }

    /// Something happens to this guest in this tick.
    private mutating func handle(_ guest: Int) {
        advance(guest)
        if cursors[guest].nextChange <= tick || guests[guest].deadUntil == tick {
            finishBurst(guest)
            cursors[guest].apply(setups[guest].demand, to: &guests[guest], at: tick)
            isAtRest[guest] = false
        }
        answerStatistics(guest)
        if wakeTick[guest] <= tick {
            wakeTick[guest] = .max
            orders.wakeIsOver(guest)
            tell(.wake(guest: guest))
        }
        schedule(guest)
    }

    private mutating func schedule(_ guest: Int) {
        guard isAtRest[guest], askedAt[guest] < 0 else {
            next[guest] = tick + 1
            return
        }
        var upcoming = min(cursors[guest].nextChange, statisticsDue[guest], wakeTick[guest])
        if guests[guest].isOutOfPuff { upcoming = min(upcoming, tick + tuning.outOfPuffTicks) }
        if guests[guest].deadUntil > tick { upcoming = min(upcoming, guests[guest].deadUntil) }
        next[guest] = max(tick + 1, upcoming)
    }

    /// Brings a guest up to this tick, and tells the policy what came of it.
    private mutating func advance(_ guest: Int) {
        let moves = step(guest)
        finishBurst(guest)
        if moves.unsolicited > 0 {
            outcome.unsolicited += moves.unsolicited
            tell(.unsolicited(guest: guest, pages: moves.unsolicited))
        }
        if moves.moved != 0 { tell(.progress(guest: guest)) }
    }

    mutating func step(_ guest: Int) -> SimulatedGuest.Moves {
        let ticks = tick - last[guest]
        guard ticks > 0 else { return SimulatedGuest.Moves(isAtRest: isAtRest[guest]) }
        let heldBefore = guests[guest].held
        let residentBefore = guests[guest].resident
        let moves = guests[guest].step(ticks, now: tick, tuning)
        last[guest] = tick
        isAtRest[guest] = moves.isAtRest
        let held = guests[guest].held
        view.held[guest] = held
        view.demand[guest] = guests[guest].demand
        view.files[guest] = guests[guest].wantedFiles
        view.visible += heldBefore - held
        view.resident += guests[guest].resident - residentBefore
        outcome.moved += abs(moves.moved) + moves.unsolicited
        return moves
    }

    private mutating func finishBurst(_ guest: Int) {
        guard cursors[guest].isWaiting else { return }
        let ratio = cursors[guest].finishedBurst(
            guests[guest], setups[guest].demand, at: tick, tuning.allocationRate)
        guard let ratio else { return }
        outcome.bursts += 1
        outcome.slowestBurst = max(outcome.slowestBurst, ratio)
    }
}
