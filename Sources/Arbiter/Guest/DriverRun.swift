internal import Balloon

/// One run of a guest's driver, from its start with an empty balloon to its end. It may be paused in between.
struct DriverRun: Sendable, Codable {
    /// `false`: it is paused, has ended, or has not begun.
    private(set) var isRunning = false
    /// It negotiated statistics, and has not been found to ignore requests from the start.
    private(set) var hasStatistics = false
    private(set) var hasAnswered = false
    private var sample = Sample()
    /// What the guest usually has available, where that is little.
    private(set) var habit = Habit()
    /// Processes that the guest's kernel has killed, as it said last.
    private var kills: UInt64?
    /// When it last had to give, or suffered.
    private var strainedAt: Instant?
    /// What the balloon held when it stopped, if it had been strained shortly before.
    private(set) var stranded: Pages = 0

    /// The last set of statistics, and when it came. It is empty, and no optional, where there is none to compare the next one
    /// with: what is in an optional is copied when it is looked at.
    private struct Sample: Sendable, Codable {
        var set = BalloonStatistics()
        var at = Instant(nanoseconds: 0)
        /// What the balloon held then.
        var held: Pages = 0
    }

    init() {}

    init(hasStatistics: Bool) {
        isRunning = true
        self.hasStatistics = hasStatistics
    }

    /// - Parameter isSuffering: it stops in the middle of trouble.
    mutating func pause(_ moment: Moment, isSuffering: Bool) {
        isRunning = false
        if isSuffering { strainedAt = moment.now }
        let isLately = strainedAt.map { moment.now - $0 <= StartFigures.blame } ?? false
        stranded = isLately ? moment.held : 0
    }

    /// It gives, or is helped.
    mutating func noteStrain(at now: Instant) { strainedAt = now }

    mutating func resume(hasStatistics: Bool) {
        isRunning = true
        self.hasStatistics = hasStatistics
        sample = Sample()
        stranded = 0
    }

    mutating func note(_ set: BalloonStatistics, _ moment: Moment) {
        hasStatistics = true
        hasAnswered = true
        sample.set = set
        sample.at = moment.now
        sample.held = moment.held
        if let killed = set[.oomKills] { kills = killed }
    }

    /// How many processes the guest's kernel has killed for want of memory, by this set and the one before.
    ///
    /// Not those of a guest that has plenty: a cgroup of its own has a limit.
    private func killed(_ set: borrowing BalloonStatistics, _ health: Health, _ moment: Moment) -> UInt64 {
        // A counter that falls is that of another boot.
        guard let kills, let now = set[.oomKills], now > kills else { return 0 }
        guard health.directScanRate ?? 0 == 0, health.directReclaim ?? 0 == 0,
            let before = sample.set[.availableMemory], let available = health.available
        else { return now - kills }
        let sees = min(health.total ?? .unlimited, (moment.terms.memory - moment.held).orNone)
        let plenty = sees / StartFigures.plentyDivisor
        return Pages(bytes: before) > plenty && available > plenty ? 0 : now - kills
    }

    /// By how much the balloon has grown since the last set of statistics; 0 where there is none.
    func inflated(_ moment: Moment) -> Pages { sample.set.isEmpty ? 0 : moment.held - sample.held }

    /// Takes in a set of statistics, and compares it with the one before.
    ///
    /// - Parameter isCalm: the guest is in no trouble, so that it is as it usually is.
    /// - Returns: how the guest is, and how many processes its kernel has killed for want of memory since the set before.
    mutating func learn(
        _ set: borrowing BalloonStatistics, isCalm: Bool, _ moment: Moment
    ) -> (health: Health, killed: UInt64) {
        let isFirst = sample.set.isEmpty
        let health = Health(
            set, after: sample.set, seconds: isFirst ? 0 : (moment.now - sample.at).seconds,
            within: moment.terms.memory, inflated: inflated(moment))
        let killed = killed(set, health, moment)
        if isCalm { habit.learn(health, inflated: inflated(moment)) }
        note(copy set, moment)
        return (health, killed)
    }

    /// When it last said how it was, it had no less available than it usually has.
    var wasAsUsual: Bool { sample.set[.availableMemory].map { habit.isUsual(Pages(bytes: $0)) } ?? false }

    /// Forgets what cannot be compared with what comes after a silence.
    mutating func forgetSample() { sample = Sample() }

    /// Windows negotiates statistics and answers only with a service installed: it is asked no more.
    mutating func doWithoutStatistics() { hasStatistics = false }
}
