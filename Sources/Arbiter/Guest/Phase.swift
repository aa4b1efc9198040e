internal import Balloon

/// What a guest's balloon is doing, with what is known only while it does so.
enum Phase: Sendable, Codable {
    /// No driver runs. What it is to be spared goes on with it, should it go on.
    case idle(Spared?)
    /// The suspicion that the guest is on its knees, if there is one.
    case settled(Suspicion?)
    /// The driver has just started, and something was asked for before.
    case starting(Start)
    case inflating(Climb)
    case deflating
    case reclaiming(Reclaim)
    case alarm(Alarm)
    /// Statistics worked and stopped; the guest is given memory as in an alarm.
    case silent(Alarm)
    case holdOff(HoldOff)
    case stalled(until: Instant)

    /// For whoever asks.
    var state: GuestState {
        switch self {
        case .idle: .idle
        case .settled: .settled
        case .starting(let start): .starting(until: start.until)
        case .inflating: .inflating
        case .deflating: .deflating
        case .reclaiming: .reclaiming
        case .alarm: .alarm
        case .silent: .notAnswering
        case .holdOff(let holdOff): .holdOff(until: holdOff.until)
        case .stalled(let until): .stalled(until: until)
        }
    }

    /// The end of a pause that is kept on purpose; `nil`: there is none.
    var pauseEnd: Instant? {
        switch self {
        case .holdOff(let holdOff): holdOff.until
        case .stalled(let until): until
        case .starting(let start): start.until
        case .idle, .settled, .inflating, .deflating, .reclaiming, .alarm, .silent: nil
        }
    }

    /// Nothing is wrong with the guest.
    var isCalm: Bool {
        switch self {
        case .settled(nil), .inflating: true
        case .settled(.some), .idle, .starting, .deflating, .reclaiming, .alarm, .silent, .holdOff, .stalled: false
        }
    }

    /// The guest is helped: it is out of memory, or does not answer.
    var alarm: Alarm? {
        switch self {
        case .alarm(let alarm), .silent(let alarm): alarm
        case .idle, .settled, .starting, .inflating, .deflating, .reclaiming, .holdOff, .stalled: nil
        }
    }
}

/// A guest has just started.
struct Start: Sendable, Codable {
    let until: Instant
}

/// What a guest suffered from, or was left alone for, when its driver stopped. It counts again if that one goes on; of a pause
/// after trouble, so much as is left of it counts for the next driver, too.
enum Spared: Sendable, Codable {
    case alarm(Alarm)
    case holdOff(HoldOff)
    case stalled(until: Instant)
    case starting(Start)

    /// Where the driver goes on.
    var phase: Phase {
        switch self {
        case .alarm(let alarm): .alarm(alarm)
        case .holdOff(let holdOff): .holdOff(holdOff)
        case .stalled(let until): .stalled(until: until)
        case .starting(let start): .starting(start)
        }
    }
}

/// A guest looked as if it were on its knees; it is asked again before anything is made of it.
struct Suspicion: Sendable, Codable {
    /// The second look did not bear it out, and there is a third: a guest on its knees does what it does in bursts.
    var isDoubted = false
}

/// A guest's free memory goes to the host through the balloon, which then returns to where it was.
struct Reclaim: Sendable, Codable {
    /// The target before.
    let base: Pages
    var climb: Climb
}

/// A guest is out of memory, and is given some.
struct Alarm: Sendable, Codable {
    enum Cause: Sendable, Codable {
        /// It took pages back unasked.
        case deflation
        /// It took nothing back: its statistics showed it on its knees.
        case statistics
        /// It stopped answering.
        case silence
    }

    private(set) var cause: Cause
    /// What the balloon held before the guest took or was given any of it.
    let heldBefore: Pages
    /// The target that the last step was to reach.
    private(set) var wished: Pages = 0
    private(set) var lastStep: Instant
    /// How often it took more back.
    private var deflations = 0
    /// Since when the guest has said that it is well.
    private var wellSince: Instant?

    init(_ cause: Cause, heldBefore: Pages, at now: Instant) {
        self.cause = cause
        self.heldBefore = heldBefore
        lastStep = now
    }

    /// Takes in that the guest took pages back, whatever it was helped for before.
    mutating func noteDeflation() {
        cause = .deflation
        deflations += 1
        wellSince = nil
    }

    /// What is given where nothing else shows that the guest lacks memory.
    var trialStep: Pages { Int64(1 << min(deflations, AlarmFigures.mostTrialDoublings)) * AlarmFigures.trialStep }

    mutating func noteStep(to target: Pages, at now: Instant) {
        wished = target
        lastStep = now
    }

    /// Begins to look anew, after nobody could.
    mutating func goOn(at now: Instant) {
        lastStep = now
        wellSince = nil
    }

    /// Begins to look anew at a guest that answers again.
    mutating func goOn() { wellSince = nil }

    mutating func noteComplaint() { wellSince = nil }

    /// Takes in that the guest says that it is well.
    ///
    /// - Returns: for how long it has said so.
    mutating func noteWell(at now: Instant) -> TimeSpan {
        let since = wellSince ?? now
        wellSince = since
        return now - since
    }
}

/// A guest is well again, and its balloon is left alone.
struct HoldOff: Sendable, Codable {
    let until: Instant
    /// What the alarm gave.
    let given: Pages
    let cause: Alarm.Cause
    /// Since when all that it was given has lain free.
    private var freeSince: Instant?

    init(until: Instant, given: Pages, cause: Alarm.Cause) {
        self.until = until
        self.given = given
        self.cause = cause
    }

    /// Takes in whether all that it was given lies free.
    ///
    /// - Returns: for how long it has.
    mutating func note(isFree: Bool, at now: Instant) -> TimeSpan? {
        guard isFree else {
            freeSince = nil
            return nil
        }
        let since = freeSince ?? now
        freeSince = since
        return now - since
    }
}
