internal import Arbiter
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

    private var filter = StatisticsFilter()
    private(set) var newest: Arrival?
    /// What of it is rubbish, a sentence for each statistic.
    private(set) var problems: [String] = []
    /// Whether the last request was answered in time; `nil`: none was answered or overdue yet.
    private(set) var isAnswering: Bool?

    /// Takes in a set that has just arrived, as far as it can be.
    ///
    /// - Parameters:
    ///   - held: pages that the balloon holds now.
    ///   - memory: what the guest's VMM shares; `nil`: not known.
    mutating func note(_ set: BalloonStatistics, held: UInt64, within memory: Pages?) -> StatisticsFilter.Verdict {
        let now = MonotonicClock.instant()
        let verdict = filter.judge(set, at: now, within: memory)
        newest = Arrival(set: verdict.accepted, held: held, time: now.nanoseconds, timestamp: Timestamp.now())
        isAnswering = true
        guard !verdict.news.isEmpty else { return verdict }
        for tag in StatisticsTag.allCases where verdict.news.contains(tag) {
            problems.append(Self.problem(tag, set[tag] ?? 0))
        }
        return verdict
    }

    private static func problem(_ tag: StatisticsTag, _ value: UInt64) -> String {
        let unit = tag.facts.unit == .bytes ? " bytes" : ""
        return "the guest's statistic \(tag.name) says \(value)\(unit), which cannot be right: it does not count"
    }

    /// A request was not answered in time.
    mutating func noteSilence() { isAnswering = false }
}
