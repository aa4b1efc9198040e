internal import Balloon

/// One run of a guest's driver, from its start with an empty balloon to its end. It may be paused in between.
struct DriverRun: Sendable, Codable {
    /// `false`: it is paused, has ended, or has not begun.
    private(set) var isRunning = false
    /// It negotiated statistics, and has not been found to ignore requests from the start.
    private(set) var hasStatistics = false
    private(set) var hasAnswered = false
    private var sample = Sample()

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

    mutating func pause() { isRunning = false }

    mutating func resume(hasStatistics: Bool) {
        isRunning = true
        self.hasStatistics = hasStatistics
        sample = Sample()
    }

    mutating func note(_ set: BalloonStatistics, _ moment: Moment) {
        hasStatistics = true
        hasAnswered = true
        sample.set = set
        sample.at = moment.now
        sample.held = moment.held
    }

    /// By how much the balloon has grown since the last set of statistics; 0 where there is none.
    func inflated(_ moment: Moment) -> Pages { sample.set.isEmpty ? 0 : moment.held - sample.held }

    /// Takes in a set of statistics, and compares it with the one before.
    mutating func learn(_ set: borrowing BalloonStatistics, _ moment: Moment) -> Health {
        let isFirst = sample.set.isEmpty
        let health = Health(
            set, after: sample.set, seconds: isFirst ? 0 : (moment.now - sample.at).seconds,
            within: moment.terms.memory, inflated: inflated(moment))
        note(copy set, moment)
        return health
    }

    /// Forgets what cannot be compared with what comes after a silence.
    mutating func forgetSample() { sample = Sample() }

    /// Windows negotiates statistics and answers only with a service installed: it is asked no more.
    mutating func doWithoutStatistics() { hasStatistics = false }
}
