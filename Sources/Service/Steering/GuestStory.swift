internal import Arbiter
internal import Balloon
internal import ControlAPI
internal import Linux

/// What is told of one guest: events, and what is wrong with it.
struct GuestStory {
    private let guest: String
    private let log: EventLog
    /// Targets that are not told of yet.
    private var targets = TargetSeries()
    /// What is wrong since the VMM connected.
    private(set) var problems = ProblemList()
    /// How many alarms were told of.
    private(set) var alarms: UInt64 = 0

    init(of guest: String, log: EventLog) {
        self.guest = guest
        self.log = log
    }

    mutating func say(_ kind: Event.Kind, _ message: String, _ numbers: [String: UInt64] = [:]) {
        sayTargets()
        targets.close()
        append(kind, message, numbers)
    }

    private func append(_ kind: Event.Kind, _ message: String, _ numbers: [String: UInt64] = [:]) {
        log.append(guest: guest, kind: kind, message: message, numbers: numbers)
    }

    // MARK: - What is wrong

    /// Tells what is wrong, once, and shows it until the VMM connects again.
    mutating func complain(_ problem: String) {
        if problems.note(problem) { say(.problem, problem) }
    }

    /// Takes a complaint back.
    mutating func withdraw(_ problem: String) { problems.remove(problem) }

    /// Begins a new list: another VMM connected.
    mutating func forgetProblems() { problems = ProblemList() }

    // MARK: - Targets

    /// When ``sayDueTargets(at:)`` has something to tell (ns, monotonic); `nil`: nothing waits.
    var deadline: UInt64? { targets.deadline }

    /// The guest took so many pages back unasked.
    mutating func noteTaken(_ pages: UInt64) { targets.noteTaken(pages) }

    /// Tells of the targets that wait, if it is time.
    mutating func sayDueTargets(at now: UInt64) {
        if let due = targets.deadline, due <= now, let news = targets.end(at: now) { say(news) }
    }

    /// Tells of the targets that wait, if any.
    private mutating func sayTargets() {
        if let news = targets.end(at: MonotonicClock.now()) { say(news) }
    }

    private func say(_ news: TargetSeries.News) {
        let target = ByteSize(news.target * PageFrame.size)
        let taken = news.taken * PageFrame.size
        var numbers = ["target": target.bytes]
        if taken > 0 { numbers["unsolicited"] = taken }
        if news.steps > 1 { numbers["steps"] = news.steps }
        let steps = news.steps > 1 ? ", in \(news.steps) steps" : ""
        let why = news.steps > 1 && taken > 0 ? "the guest took \(ByteSize(taken)) back unasked" : news.reason
        append(.target, "balloon target \(target)\(steps): \(why)", numbers)
        if let reached = news.reached { sayReached(Pages(reached)) }
    }

    private func sayReached(_ held: Pages) {
        append(.targetReached, "the balloon holds \(ByteSize(held.bytes)), as asked", ["held": held.bytes])
    }

    // MARK: - What the arbiter tells

    mutating func say(_ happening: Happening) {
        func bytes(_ pages: Pages) -> UInt64 { pages.bytes }
        func size(_ pages: Pages) -> String { "\(ByteSize(bytes(pages)))" }
        func seconds(_ time: TimeSpan) -> String { "\(wholeSeconds(time)) s" }
        func wholeSeconds(_ time: TimeSpan) -> UInt64 { time.nanoseconds / 1_000_000_000 }
        switch happening {
        case .targetSet(let pages, let reason):
            if let news = targets.note(UInt64(pages.count), reason, at: MonotonicClock.now()) { say(news) }
        case .targetReached(let pages):
            if !targets.noteReached(UInt64(pages.count)) {
                sayTargets()
                sayReached(pages)
            }
        case .alarm(let unsolicited, let held, let target):
            alarms += 1
            say(
                .alarm,
                "the guest runs out of memory: it took \(size(unsolicited)) back; the balloon's target is now \(size(target))",
                ["unsolicited": bytes(unsolicited), "held": bytes(held), "target": bytes(target)])
        case .pressure(let held, let target, let reason):
            alarms += 1
            say(
                .alarm, "the guest is on its knees: \(reason); the balloon's target is now \(size(target))",
                ["unsolicited": 0, "held": bytes(held), "target": bytes(target)])
        case .alarmOver(let held, let given, let isExhausted):
            say(
                .alarmOver,
                isExhausted
                    ? "the balloon is empty; there is nothing left to give"
                    : given > 0 ? "the guest is well again, with \(size(given)) more" : "the guest is well again",
                ["held": bytes(held), "given": bytes(given)])
        case .holdOff(let time):
            say(.holdOff, "the balloon is left alone for \(seconds(time))", ["seconds": wholeSeconds(time)])
        case .rearmed(let target):
            say(.rearmed, "a balloon of \(size(target)) is tried again", ["requested": bytes(target)])
        case .stalled(let held, let wanted, let retryIn, let reason):
            let isClose = size(held) == size(wanted)
            let extent =
                isClose
                ? "\(size((wanted - held).orNone)) less than \(size(wanted))" : "\(size(held)) of \(size(wanted))"
            say(
                .stalled, "\(extent): \(reason); tried again in \(seconds(retryIn))",
                ["held": bytes(held), "requested": bytes(wanted), "seconds": wholeSeconds(retryIn)])
        case .statisticsLost(let reason): say(.statisticsLost, "the guest does not answer: \(reason)")
        case .statisticsBack:
            say(.statisticsBack, "the guest answers again")
        case .reclaimed(let pages):
            say(
                .reclaimed,
                "\(size(pages)) of free memory went through the balloon to the host",
                ["reclaimed": bytes(pages)])
        }
    }
}
