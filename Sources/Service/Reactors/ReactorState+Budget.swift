internal import Arbiter
internal import Balloon
internal import ControlAPI
internal import Linux
internal import Synchronization

/// What a reactor does for the budget that its guests share with others.
extension ReactorState {
    /// Decisions that are carried out before others have their turn.
    private static let decisionsPerTurn = 64

    /// A place in the budget for a guest, if there is a budget.
    ///
    /// - Throws: ``ConfigurationError`` with the arithmetic, if its reservation does not fit.
    func seat(for configuration: GuestConfiguration, guest: Int) throws -> Seat? {
        guard let shared else { return nil }
        try BudgetConfiguration.check(configuration)
        do {
            return try shared.add(configuration.name, GuestLimits(configuration), reactor: number, guest: guest)
        } catch {
            throw ConfigurationError("guest \(configuration.name)", "\(error)")
        }
    }

    /// Carries out what was decided about guests here for the sake of others.
    func serveDecisions() {
        guard let doorbell, doorbell.isRung.exchange(false, ordering: .acquiring) else { return }
        for _ in 0..<Self.decisionsPerTurn {
            guard let decision = shared?.nextDecision(for: number) else { return }
            with(decision.guest) { $0.carryOut(decision) }
            if let seen = decision.alarmSeenAt { shared?.noteReaction(since: seen) }
            serveUrgent()
        }
        doorbell.isRung.store(true, ordering: .relaxed)
    }

    /// Tells of something that happened to a guest, when all who are to pay have been told.
    func sayLater(_ guest: Int, _ happenings: [Happening]) {
        unsaid.append((guest, happenings))
    }

    /// Looks whether a guest's memory can be given, when all who are to pay have been told.
    func lookLater(_ guest: Int) { unlooked.append(guest) }

    func sayUnsaid() {
        // What comes of a look may ask for others.
        while let guest = unlooked.popLast() { with(guest) { $0.lookAtPeer() } }
        guard !unsaid.isEmpty else { return }
        for (guest, happenings) in unsaid {
            with(guest) { $0.steering.say(happenings) }
        }
        unsaid.removeAll(keepingCapacity: true)
    }

    /// What is due for the budget as a whole.
    func serveBudget() {
        guard let shared, number == 0 else { return }
        let now = MonotonicClock.now()
        shared.wakeArbiter(at: now)
        if let hostWatch, hostWatch.deadline <= now { hostWatch.look(at: now, main) }
    }

    /// What there is to tell of moves and of the host.
    func tellNews() {
        guard let news = shared?.takeNews() else { return }
        for story in news.beginnings { log.append(beginningOf: story) }
        for account in news.accounts { log.append(account) }
        for happening in news.happenings { log.append(happening) }
    }

    /// How the budget stands, and the host; asked of the first reactor, which looks after the host.
    func look(at shared: SharedArbiter) -> (BudgetSnapshot, HostReading, missing: [String]) {
        (shared.snapshot(), hostWatch?.latest ?? HostReading(), hostWatch?.missing ?? [])
    }

    /// A mode has changed, of which guests are not told one by one.
    func refreshGuests() {
        for index in guestNumbers { with(index) { $0.steering.refresh() } }
    }

    /// When the budget needs this reactor (ns); `nil`: never.
    var budgetDeadline: UInt64? {
        guard let doorbell else { return nil }
        if doorbell.isRung.load(ordering: .relaxed) { return 0 }
        guard number == 0 else { return nil }
        var due = min(doorbell.wakeAt.load(ordering: .relaxed), hostWatch?.deadline ?? .max)
        due = min(due, shared?.newsAt.load(ordering: .relaxed) ?? .max)
        return due < .max ? due : nil
    }

    private var doorbell: Doorbell? { shared?.doorbells[number] }
}

extension GuestConfiguration {
    /// How long a guest that has just started is left alone.
    var startGrace: TimeSpan { TimeSpan(nanoseconds: UInt64(Swift.max(0, startGraceSeconds) * 1e9)) }
}

extension GuestLimits {
    fileprivate init(_ configuration: GuestConfiguration) throws(LimitsError) {
        let reservation = configuration.reservation.map { Pages(bytes: $0.bytes) }
        try self.init(
            min: Pages(bytes: configuration.min.bytes), max: Pages(bytes: configuration.max?.bytes ?? 0),
            weight: configuration.weight, reservation: reservation)
        startGrace = configuration.startGrace
    }
}

extension SharedArbiter {
    /// - Parameter doorbells: one for each reactor.
    convenience init(_ budget: BudgetConfiguration, doorbells: [Doorbell]) throws {
        do {
            let arbiter = try HostArbiter(
                budget: Pages(bytes: budget.bytes), hostMemory: Pages(bytes: budget.host),
                mode: HostMode(budget.mode))
            self.init(arbiter, doorbells: doorbells)
        } catch {
            throw ConfigurationError("budget", "\(error)")
        }
    }
}
