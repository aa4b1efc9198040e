internal import Arbiter
internal import Balloon
internal import ControlAPI
internal import Linux
internal import Synchronization

/// What a reactor does for the budget that its guests share with others.
extension ReactorState {
    /// Changes that are carried out before others have their turn.
    private static let changesPerTurn = 64

    /// A place in the budget for a guest, if there is a budget.
    ///
    /// - Throws: ``ConfigurationError`` with the arithmetic, if its reservation does not fit.
    func seat(for configuration: GuestConfiguration, guest: Int) throws -> BudgetSeat? {
        guard let budget else { return nil }
        try BudgetConfiguration.check(configuration)
        do {
            return try budget.add(configuration.name, GuestLimits(configuration), reactor: number, guest: guest)
        } catch {
            throw ConfigurationError("guest \(configuration.name)", "\(error)")
        }
    }

    /// Carries out what was decided about guests here for the sake of others.
    func serveChanges() {
        guard let outbox, outbox.isFilled.exchange(false, ordering: .acquiring) else { return }
        for _ in 0..<Self.changesPerTurn {
            guard let change = budget?.nextChange(for: number) else { return }
            with(change.guest) { $0.carryOut(change) }
            if let seen = change.alarmSeenAt { budget?.noteReaction(since: seen) }
            serveUrgent()
        }
        outbox.isFilled.store(true, ordering: .relaxed)
    }

    /// Tells of something that happened to a guest, when all who are to pay have been told.
    func sayLater(_ guest: Int, _ happenings: [Happening]) {
        unsaid.append((guest, happenings))
    }

    func sayUnsaid() {
        guard !unsaid.isEmpty else { return }
        for (guest, happenings) in unsaid {
            with(guest) { guest in
                for happening in happenings { guest.say(happening) }
            }
        }
        unsaid.removeAll(keepingCapacity: true)
    }

    /// What is due for the budget as a whole.
    func serveBudget() {
        guard let budget, number == 0 else { return }
        let now = MonotonicClock.now()
        budget.wakeArbiter(at: now)
        if let hostWatch, hostWatch.deadline <= now { hostWatch.look(at: now, main) }
    }

    /// What there is to tell of moves and of the host.
    func tellNews() {
        guard let news = budget?.takeNews() else { return }
        for move in news.moves { log.append(move) }
        for happening in news.happenings { log.append(happening) }
    }

    /// How the budget stands, and the host; asked of the first reactor, which looks after the host.
    func look(at budget: SharedBudget) -> (BudgetSnapshot, HostReading, missing: [String]) {
        (budget.snapshot(), hostWatch?.latest ?? HostReading(), hostWatch?.missing ?? [])
    }

    /// A mode has changed, of which guests are not told one by one.
    func refreshGuests() {
        for index in guestNumbers { with(index) { $0.arbiter.refresh() } }
    }

    /// When the budget needs this reactor (ns); `nil`: never.
    var budgetDeadline: UInt64? {
        guard let outbox else { return nil }
        if outbox.isFilled.load(ordering: .relaxed) { return 0 }
        guard number == 0 else { return nil }
        var due = min(outbox.wakeAt.load(ordering: .relaxed), hostWatch?.deadline ?? .max)
        due = min(due, budget?.newsAt.load(ordering: .relaxed) ?? .max)
        return due < .max ? due : nil
    }

    private var outbox: Outbox? { budget?.outboxes[number] }
}

extension GuestLimits {
    fileprivate init(_ configuration: GuestConfiguration) throws(LimitsError) {
        let reservation = configuration.reservation.map { $0 / PageFrame.size }
        try self.init(
            min: configuration.min / PageFrame.size, max: (configuration.max ?? 0) / PageFrame.size,
            weight: configuration.weight, reservation: reservation)
    }
}

extension SharedBudget {
    /// - Parameter outboxes: one for each reactor.
    convenience init(_ budget: BudgetConfiguration, outboxes: [Outbox]) throws {
        do {
            let arbiter = try HostArbiter(
                budget: budget.bytes / PageFrame.size, hostMemory: budget.host / PageFrame.size,
                mode: HostMode(budget.mode))
            self.init(arbiter, outboxes: outboxes)
        } catch {
            throw ConfigurationError("budget", "\(error)")
        }
    }
}
