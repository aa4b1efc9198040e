internal import Balloon
internal import ControlAPI
internal import Linux

/// What one driver has said of its guest. Another driver begins with an empty record.
struct StatisticsRecord {
    /// A set of statistics, and what was known when it arrived.
    struct Arrival {
        let set: BalloonStatistics
        /// Pages that were held.
        let held: UInt64
        /// ns, monotonic.
        let time: UInt64
        /// Host time, ISO 8601.
        let timestamp: String
    }

    private(set) var newest: Arrival?
    /// Whether the last request was answered in time; `nil`: none was answered or overdue yet.
    private(set) var isAnswering: Bool?

    /// Takes in a set that has just arrived.
    ///
    /// - Parameter held: pages that the balloon holds now.
    mutating func note(_ set: BalloonStatistics, held: UInt64) {
        newest = Arrival(set: set, held: held, time: MonotonicClock.now(), timestamp: Timestamp.now())
        isAnswering = true
    }

    /// A request was not answered in time.
    mutating func noteSilence() { isAnswering = false }
}
