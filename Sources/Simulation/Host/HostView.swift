public import Balloon

/// What a policy may know: the host, and of each guest what was agreed, counted, and last said by itself.
///
/// Memory in pages of 4 KiB, time in nanoseconds of virtual time. Guests are numbered from 0.
public struct HostView: Sendable {
    /// What the host lends to all guests.
    public let budget: Int
    public let guests: [LimitsView]
    /// Pages in each balloon, as counted.
    public internal(set) var held: [Int]
    /// The last set of statistics of each guest, and when it came; empty before the first.
    public internal(set) var statistics: [BalloonStatistics]
    public internal(set) var statisticsAt: [UInt64]
    /// Pages that a look from outside finds touched within the last half minute, and when it was taken; the guest need
    /// not answer for it.
    public internal(set) var active: [Int]
    public internal(set) var sampledAt: [UInt64]
    /// What each guest would have of the host if it had all that it wants, and what of it is files: no real policy knows.
    var demand: [Int]
    var files: [Int]
    /// What all guests together may see.
    public internal(set) var visible: Int
    /// What all guests together keep from the host; less than ``visible`` where free pages are reported.
    public internal(set) var resident: Int

    init(budget: Int, _ setups: [GuestSetup], held: [Int]) {
        self.budget = budget
        guests = setups.map { LimitsView(max: $0.max, min: $0.min, weight: $0.weight) }
        self.held = held
        statistics = setups.map { _ in BalloonStatistics() }
        statisticsAt = setups.map { _ in 0 }
        active = statisticsAt.map { _ in 0 }
        sampledAt = statisticsAt
        demand = active
        files = active
        visible = zip(setups, held).reduce(0) { $0 + $1.0.max - $1.1 }
        resident = 0
    }

    /// What a guest may see, in pages.
    public func visible(_ guest: Int) -> Int { guests[guest].max - held[guest] }

    /// A statistic in pages; `nil` if the guest never sent it.
    func pages(_ tag: StatisticsTag, _ guest: Int) -> Int? {
        statistics[guest][tag].map { Int(clamping: $0 / PageFrame.size) }
    }
}
