internal import Balloon

/// The size under which a guest suffers, as it is learned and forgotten.
enum FloorFigures {
    /// A floor loses all of its weight in this time: what hurt comes back by the hour (cron).
    static let memory = TimeSpan.seconds(3600)
    /// Memory under a floor that has lain free for so long, beyond what any guest is left, is not needed any more: the program
    /// that hurt has ended. Sets of statistics enough to tell an end from a pause.
    static let doubt = TimeSpan.seconds(5)
    /// Where a payment hurt, the floor lies above the size that hurt by an eighth, at least so many pages. Where a burst
    /// hurt, it is that size: with a margin each burst would drive it up, though the slack is there for bursts.
    static let marginDivisor: Int64 = 8
    static let leastMargin = Pages.mebibytes(32)
}
