internal import Balloon

/// One run of a guest's driver, from its start with an empty balloon to its end. It may be paused in between.
struct DriverRun: Sendable, Codable {
    /// `false`: it is paused, has ended, or has not begun.
    private(set) var isRunning = false
    /// It negotiated statistics, and has not been found to ignore requests from the start.
    private(set) var hasStatistics = false
    private(set) var hasAnswered = false
    /// The last set of statistics; `nil`: there is none to compare the next one with.
    private(set) var sample: Sample?

    /// A set of statistics, and when it came.
    struct Sample: Sendable, Codable {
        let set: BalloonStatistics
        let at: Instant
        /// What the balloon held then.
        let held: Pages
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
        sample = nil
    }

    mutating func note(_ set: BalloonStatistics, _ moment: Moment) {
        hasStatistics = true
        hasAnswered = true
        sample = set.isEmpty ? nil : Sample(set: set, at: moment.now, held: moment.held)
    }

    /// Forgets what cannot be compared with what comes after a silence.
    mutating func forgetSample() { sample = nil }

    /// Windows negotiates statistics and answers only with a service installed: it is asked no more.
    mutating func doWithoutStatistics() { hasStatistics = false }
}
