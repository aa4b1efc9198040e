internal import Arbiter
internal import Balloon
internal import ControlAPI
internal import HostSignals
internal import Linux

/// What steers one guest's balloon, whoever serves it: what an operator asked for, the arbiter's decisions, when statistics
/// are asked for, and what is told of it all.
///
/// It knows no device. In come the balloon's life, what it holds, statistics, and pages that the guest took unasked, as
/// ``Input``; out come ``target`` and decisions, which whoever serves the balloon carries out. What the arbiter says of the
/// guest is kept as it was told last, so that looking at it takes no lock. One thread at a time.
struct Steering: ~Copyable {
    /// Steers a guest that shares no budget.
    private var own = GuestArbiter()
    /// The guest's place in the budget; `nil`: there is none.
    let seat: Seat?
    /// The newest word of the arbiter.
    private var view: SteeringView
    /// What an operator asked for last.
    private var request: SizeRequest?
    private var schedule: StatisticsSchedule
    /// How long the guest is left alone when its driver has just started.
    private let startGrace: TimeSpan
    /// How much memory the guest has.
    private(set) var memory: GuestMemory
    private(set) var story: GuestStory
    /// Which guests answer, and this one's number among them.
    private let pulse: HostPulse
    private let place: Int

    init(_ configuration: GuestConfiguration, seat: Seat?, pulse: HostPulse, log: EventLog) {
        self.seat = seat
        self.pulse = pulse
        place = pulse.join()
        view = seat.map { $0.shared.view(of: $0.handle) } ?? SteeringView()
        var interval = UInt64(max(0, configuration.statisticsIntervalSeconds) * 1e9)
        if seat != nil, interval == 0 { interval = HostArbiter.statisticsInterval.nanoseconds }
        schedule = StatisticsSchedule(interval: interval)
        startGrace = configuration.startGrace
        request = configuration.requested
        memory = GuestMemory(configured: configuration.max.map { Pages(bytes: $0.bytes) })
        story = GuestStory(of: configuration.name, log: log)
    }

    deinit { pulse.leave(place) }

    // MARK: - The arbiter

    /// `num_pages`: pages that the guest is to give.
    var target: Pages { view.target }
    var state: GuestState { view.state }
    var reason: String { view.reason }
    var hasUsableStatistics: Bool { view.hasUsableStatistics }
    /// The balloon that was asked for, as the arbiter knows it.
    var requested: Pages? { view.requested }
    /// Nothing is decided.
    var isPaused: Bool { view.isPaused }

    /// Takes one input, and says what is to be done about this guest.
    ///
    /// - Parameters:
    ///   - held: pages that the balloon holds now.
    ///   - seenAt: when it happened (ns), if that was before now.
    mutating func handle(_ input: Input, held: Pages, seenAt: UInt64? = nil) -> Decision {
        let wasSilent = schedule.record.newest != nil && schedule.record.isAnswering == false
        let input = take(input, held: held)
        var decision = learnMemory(from: input, held: held)
        decision.join(decide(input, held: held, seenAt: seenAt))
        // Where it has made something of the silence, the arbiter says so itself.
        if case .statistics = input, wasSilent, !decision.happenings.contains(.statisticsBack) {
            decision.happenings.append(.statisticsBack)
        }
        return decision
    }

    mutating func decide(_ input: Input, held: Pages, seenAt: UInt64? = nil) -> Decision {
        guard let seat else {
            defer { view = SteeringView(own) }
            return own.handle(
                input, at: MonotonicClock.instant(), held: held, memory: memory.counted ?? .unlimited,
                startGrace: startGrace)
        }
        let decision: Decision
        (decision, view) = seat.shared.handle(input, of: seat.handle, held: held, seenAt: seenAt)
        return decision
    }

    /// What an input means for the statistics and for what is told.
    ///
    /// - Returns: what counts of it.
    private mutating func take(_ input: Input, held: Pages) -> Input {
        switch input {
        case .driverStarted(let isFresh, _):
            if isFresh { withdrawProblemsOfDriver() }
            schedule.driverStarted(isFresh: isFresh, at: MonotonicClock.now())
        case .driverStopped:
            schedule.driverStopped()
            pulse.noteStop(place)
        case .statistics(let set):
            pulse.noteAnswer(place, at: MonotonicClock.now())
            return .statistics(judge(set, held: held))
        case .statisticsTimedOut: schedule.timedOut()
        case .unsolicited(let pages), .retaken(let pages): story.noteTaken(UInt64(pages.count))
        case .requested, .reckoned, .reclaim, .progress, .fixed, .hinting, .wake: break
        }
        return input
    }

    /// Takes in a set of statistics.
    ///
    /// - Returns: what of it can be.
    private mutating func judge(_ set: BalloonStatistics, held: Pages) -> BalloonStatistics {
        let verdict = schedule.arrived(set, held: UInt64(held.count), within: memory.shared)
        // It tells each once, and this may be the first time.
        if !verdict.news.isEmpty { for problem in schedule.record.problems { complain(problem) } }
        return verdict.accepted
    }

    /// Takes back what was wrong with a driver that is gone.
    private mutating func withdrawProblemsOfDriver() {
        for problem in schedule.record.problems { withdraw(problem) }
    }

    /// Takes what was decided about this guest for the sake of others, and says what is to be done.
    mutating func take(_ decision: GuestDecision) -> Decision {
        view = decision.view
        return decision.decision
    }

    /// Looks again: a mode may have changed what nobody was told of.
    mutating func refresh() {
        if let seat { view = seat.shared.view(of: seat.handle) }
    }

    /// Changes what is known of the guest's memory.
    mutating func edit(_ body: (inout GuestMemory) -> Void) { body(&memory) }

    // MARK: - Time

    /// When ``fire(at:held:process:)`` is due (ns, monotonic); `nil`: never.
    var deadline: UInt64? {
        let first = min(view.wakeAt?.nanoseconds ?? .max, min(schedule.deadline ?? .max, story.deadline ?? .max))
        return first < .max ? first : nil
    }

    /// Does what is due.
    ///
    /// - Parameter process: what the guest's VMM does now, as far as that can be seen.
    /// - Returns: what is to be done about this guest, if anything.
    mutating func fire(at now: UInt64, held: Pages, process: () -> ProcessLook?) -> Decision? {
        var decision: Decision?
        if let overdue = schedule.overdue(at: now, process) {
            let witness = SilenceWitness(
                first: overdue.look, last: process().map { ($0, now) },
                others: pulse.others(than: place, since: overdue.askedAt, at: now), pressure: { .read() })
            decision = handle(.statisticsTimedOut(witness.verdict), held: held)
        }
        if schedule.takeDue(at: now) {
            decision = decision ?? Decision()
            decision?.requestStatistics = true
        }
        if let due = view.wakeAt, due.nanoseconds <= now {
            var sum = decision ?? Decision()
            sum.join(handle(.wake, held: held))
            decision = sum
        }
        return decision
    }

    // MARK: - The virtual machine

    /// Begins with another virtual machine: it uses memory from now on.
    ///
    /// - Parameter group: finds the cgroup that its VMM runs in; `nil`: unknown.
    mutating func machineCame(in group: () -> MemoryCgroup?) {
        story.forgetProblems()
        memory.forget()
        guard let seat else { return }
        seat.shared.note(group(), of: seat.handle)
        seat.shared.set(isPresent: true, of: seat.handle)
    }

    /// Ends with the virtual machine, and with all that was wrong with it.
    mutating func machineWent() {
        memory.forget()
        story.forgetProblems()
        if let seat {
            seat.shared.set(isPresent: false, of: seat.handle)
            refresh()
        } else {
            own.machineWent()
            view = SteeringView(own)
        }
    }

    /// Forgets what a driver has said that was reset: it does not go on.
    mutating func driverGone() {
        withdrawProblemsOfDriver()
        schedule.driverGone()
    }

    // MARK: - What the operator asks for

    /// The balloon that was asked for; `nil`: nothing, or nothing that can be told in bytes yet.
    var requestedBytes: ByteSize? {
        if let pages = view.requested { return ByteSize(pages) }
        return request?.balloon
    }

    /// Keeps a request, until it can be told to the arbiter.
    ///
    /// - Parameter max: the guest's memory in bytes; `nil`: unknown.
    /// - Returns: what it means here, for people.
    mutating func take(_ request: SizeRequest, max: UInt64?) -> String {
        self.request = request
        let wish = request.wish(under: mode, max: max)
        say(.requested, wish, request.numbers)
        return wish
    }

    /// What becomes of decisions under the budget; `nil`: there is none.
    var mode: BudgetMode? { seat.map { $0.shared.read { $0.mode.shown } } }

    /// The request in pages of balloon, if the arbiter is to be told of it now.
    mutating func dueRequest(_ occasion: RequestOccasion) -> Pages? {
        guard let request, let counted = memory.counted else { return nil }
        do throws(SizeRefusal) {
            let pages = try request.pages(of: memory.shared ?? counted, counting: counted)
            switch occasion {
            // Nothing goes into a balloon because memory came.
            case .sameDriver: return view.requested.map { pages < $0 } ?? true ? pages : nil
            case .newDriver: return view.requested != pages ? pages : nil
            case .command: return view.requested != pages || isPausing ? pages : nil
            }
        } catch {
            self.request = nil
            complain(error.sentence)
            return nil
        }
    }

    private var isPausing: Bool {
        switch view.state {
        case .holdOff, .stalled, .starting: true
        default: false
        }
    }

    // MARK: - Statistics

    /// Begins a round of statistics, where none is out.
    mutating func askForStatistics() {
        let now = MonotonicClock.now()
        if schedule.ask(at: now) { pulse.noteRequest(place, at: now) }
    }

    /// Calls `body` when the round that is out ends; see ``StatisticsRound/whenEnded(_:)``.
    mutating func whenAnswered(_ body: @escaping () -> Void) { schedule.whenAnswered(body) }

    /// - Parameter seconds: between requests; 0: none are sent.
    mutating func setStatisticsInterval(seconds: Double) {
        schedule.set(interval: UInt64(seconds * 1e9), at: MonotonicClock.now())
    }

    /// Statistics that did not count, since they cannot have been right.
    var droppedStatistics: UInt64 { schedule.dropped }

    /// - Parameter isAvailable: a driver runs, and has agreed to send statistics.
    func statisticsStatus(isAvailable: Bool) -> StatisticsStatus {
        StatisticsStatus(schedule.record, interval: schedule.interval, isAvailable: isAvailable)
    }

    // MARK: - Saying what is

    mutating func say(_ kind: Event.Kind, _ message: String, _ numbers: [String: UInt64] = [:]) {
        story.say(kind, message, numbers)
    }

    mutating func say(_ happenings: [Happening]) {
        for happening in happenings { story.say(happening) }
    }

    /// Tells what is wrong, once, and shows it until the VMM connects again.
    mutating func complain(_ problem: String) { story.complain(problem) }

    /// Takes a complaint back that has turned out to be wrong.
    mutating func withdraw(_ problem: String) { story.withdraw(problem) }

    /// Tells of the targets that wait, if it is time.
    mutating func sayDueTargets(at now: UInt64) { story.sayDueTargets(at: now) }
}
