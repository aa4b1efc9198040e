internal import Balloon

/// How memory moves from guest to guest: how much at a time, and how often.
enum MoveFigures {
    /// Less than this is not worth a message and an interrupt.
    static let least = Pages.mebibytes(4)
    /// Where nothing presses, a payer gives at most a 16th of what it sees for each set of statistics, or so many pages: a 16th
    /// a second is 64 s from all to nothing, long enough for faults to show.
    static let calmDivisor: Int64 = 16
    static let leastCalmPortion = Pages.mebibytes(16)
    /// What one payer gives in one go where it presses, so that cheap guests pay first but no guest pays all; half of what
    /// is short, if more.
    static let urgentPortion = Pages.mebibytes(64)
    static let urgentDivisor: Int64 = 2
    /// Grants to one guest follow on one another no faster than this, unless they are as large as that: a payer's pages
    /// arrive at some 500 MiB a second, and a guest takes 163.
    static let grantPace = TimeSpan.milliseconds(20)
    static let fullGrant = Pages.mebibytes(32)

    /// A move is not turned round for this long by a rule of equal or lower rank; twice as long on each repeat, up to 2^5
    /// times. The alarm's first hold-off is as long.
    static let turnRound = TimeSpan.seconds(10)
    static let mostTurnDoublings: UInt64 = 5
    /// Trouble this long after the end of that is not the fault of what was taken: it counts as the first.
    static let forgiveTurns = TimeSpan.seconds(20)

    /// Payers looked at, and gainers given to, for one event: what bounds the time that it takes.
    static let perEvent = 8
    /// What was left over is gone on with after this: one round trip to a guest.
    static let goOnAfter = TimeSpan.milliseconds(5)
    /// That nothing can be had is said at most this often.
    static let complainEvery = TimeSpan.seconds(10)
    /// In watch mode advice is taken to be followed for so long: else the same would be advised on each event.
    static let adviceLasts = TimeSpan.seconds(5)
    /// Rounds of asking and giving that a plan tries at most: calm portions are a 16th of a payer each.
    static let planRounds = 64

    /// What is kept until the caller fetches it: the newest moves, and what is to be told of the host and of one guest.
    static let mostMoves = 1024
    static let mostHostHappenings = 64
    static let mostGuestHappenings = 32
}
