public import Balloon

/// Judges what one run of a guest's driver says of the guest, before anybody uses it.
///
/// Each statistic has bounds that follow from the guest's memory and the time that has passed. What is beyond them is left out of
/// its set, as if the guest had not sent it; so it stands in no sum, and no rate is made of it. Windows sends swap values of -4096
/// in 64 bits, and faults whose 32 bits were extended with a sign; a driver may send the memory that it was given as it was.
///
/// A counter never falls while a driver runs, but for a virtual machine that was put back to a snapshot. One that falls is left
/// out until it has only grown for a while, so that what flaps is never taken for growth.
public struct StatisticsFilter: Sendable {
    /// What was accepted of each counter last.
    private var accepted = BalloonStatistics()
    private var counters = Counters(repeating: Counter())
    /// Of which statistics it was said that they are rubbish.
    private var known = StatisticsTags()

    // Room for more tags than there are today; a test fails when it runs out.
    private typealias Counters = InlineArray<24, Counter>
    static var room: Int { Counters.count }

    /// What is known of one counter.
    private struct Counter: Sendable {
        /// When it was accepted last.
        var at = Instant(nanoseconds: 0)
        /// How often it fell, up to what makes a difference.
        var falls = 0
        /// Sets for which it is only looked at.
        var probation = 0

        mutating func fall() {
            probation = StatisticsFigures.probation << min(falls, StatisticsFigures.mostProbationDoublings)
            falls = min(falls + 1, StatisticsFigures.mostProbationDoublings + 1)
        }
    }

    public init() {}

    /// What is made of one set.
    public struct Verdict: Sendable, Equatable {
        /// What counts.
        public var accepted: BalloonStatistics
        /// What does not.
        public var dropped = StatisticsTags()
        /// Of that, what was not known to be rubbish before: it is to be told.
        public var news = StatisticsTags()
    }

    /// Judges a set.
    ///
    /// - Parameters:
    ///   - now: when it came; monotonic.
    ///   - memory: what the guest's VMM shares; `nil`: not known.
    public mutating func judge(_ set: BalloonStatistics, at now: Instant, within memory: Pages?) -> Verdict {
        var verdict = Verdict(accepted: set)
        let memory = min(memory ?? .unlimited, StatisticsFigures.mostMemory)
        let total = set[.totalMemory].flatMap { Self.isTotal($0, of: memory) ? $0 : nil }
        let most = max(memory.bytes, total ?? 0)
        var raw: UInt16 = 0
        while let tag = StatisticsTag(rawValue: raw) {
            raw += 1
            guard let value = set[tag] else { continue }
            let isRight: Bool
            var isRubbish = true
            switch tag.facts.pace {
            case .size: isRight = tag == .totalMemory ? total != nil : value <= most
            case let pace: (isRight, isRubbish) = judge(value, tag, pace, at: now, of: Pages(bytes: most))
            }
            guard !isRight else { continue }
            verdict.accepted[tag] = nil
            verdict.dropped.insert(tag)
            if isRubbish, !known.contains(tag) { verdict.news.insert(tag) }
        }
        known.formUnion(verdict.news)
        return verdict
    }

    /// - Parameter memory: pages.
    private static func isTotal(_ bytes: UInt64, of memory: Pages) -> Bool {
        let most = min(StatisticsFigures.mostUnshared * memory, StatisticsFigures.mostMemory)
        return bytes > 0 && bytes <= most.bytes
    }

    /// Judges a counter.
    private mutating func judge(
        _ value: UInt64, _ tag: StatisticsTag, _ pace: StatisticFacts.Pace, at now: Instant, of memory: Pages
    ) -> (isRight: Bool, isRubbish: Bool) {
        let slot = Int(tag.rawValue)
        guard value < StatisticsFigures.mostCounted, slot < Counters.count else { return (false, true) }
        guard let before = accepted[tag] else {
            accept(value, tag, at: now)
            return (true, false)
        }
        guard value >= before else {
            counters[slot].fall()
            accept(value, tag, at: now)
            // Once can be a snapshot that was gone back to.
            return (false, counters[slot].falls > 1)
        }
        let seconds = (now - counters[slot].at).seconds + StatisticsFigures.delay
        guard Double(value - before) <= StatisticsFigures.growth(pace, of: memory) * seconds else {
            return (false, true)
        }
        accept(value, tag, at: now)
        guard counters[slot].probation > 0 else { return (true, false) }
        counters[slot].probation -= 1
        return (false, false)
    }

    private mutating func accept(_ value: UInt64, _ tag: StatisticsTag, at now: Instant) {
        accepted[tag] = value
        counters[Int(tag.rawValue)].at = now
    }
}
