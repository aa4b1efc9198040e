/// The figures by which one host's memory is shared. Each has a reason; none is an option.
public struct HostTuning: Sendable, Equatable, Codable {
    /// How often a guest of a host with a budget should be asked for statistics (ns). A guest's trouble is seen and mended
    /// within two of these; one set costs the guest one message.
    public var statisticsInterval: UInt64 { 1000 * Tuning.millisecond }
    /// Statistics older than this (ns) prove nothing: three intervals, after which a request counts as unanswered.
    public var staleAfter: UInt64 { 3500 * Tuning.millisecond }

    /// An idle page costs so much less than a used one: ESX's tax of 75 % (1 / (1 - 0.75)).
    public var idleCost: Double { 4.0 }
    /// Of each new set of statistics, how much counts in the slow and the fast average of idleness: about a minute's and
    /// ten seconds' memory. A guest is as active as the most active of both and of now: slow to be found idle.
    public var slowShare: Double { 1.0 / 64 }
    public var fastShare: Double { 1.0 / 8 }
    /// More major faults a second than this, and the page cache counts as used: somebody reads it.
    public var warmFaultRate: Double { 20.0 }

    /// Where nothing presses, the page cache of a guest is taken only once it has been heard of for so long (ns): one set
    /// of statistics does not tell whether anybody reads it.
    public var knownAfter: UInt64 { 4_000 * Tuning.millisecond }

    /// Slack before any burst was seen: a 32nd of the budget, 2 GiB on a host of 64. Bursts then size it: 1.25 times the
    /// largest lately, at least a 64th, at most an eighth of the budget, so that one hostile guest cannot hoard it.
    public var firstSlackShare: UInt64 { 32 }
    public var leastSlackShare: UInt64 { 64 }
    public var mostSlackShare: UInt64 { 8 }
    /// Of the slack, this share is for guests in an alarm alone: what else starts is a burst too, and is cheaper to help
    /// before it hurts. With half of it, guests of 16 GiB waited for their payers while gigabytes lay free.
    public var alarmSlackShare: UInt64 { 8 }
    /// Alarms less than this apart (ns) are one burst: the hold-off of one.
    public var burstGap: UInt64 { 10_000 * Tuning.millisecond }
    /// A burst, or a floor, loses a half or all of its weight in this time (ns): bursts come back by the hour (cron).
    public var burstHalfLife: UInt64 { 3_600_000 * Tuning.millisecond }
    public var floorMemory: UInt64 { 3_600_000 * Tuning.millisecond }
    /// Memory under a floor that has lain free for so long (ns), beyond what any guest is left, is not needed any more: the
    /// program that hurt has ended. Sets enough to tell an end from a pause.
    public var floorDoubt: UInt64 { 5_000 * Tuning.millisecond }
    /// Where a payment hurt, the floor lies above the size that hurt by an 8th, at least so many pages. Where a burst
    /// hurt, it is that size: with a margin each burst would drive it up, though the slack is there for bursts.
    public var leastFloorMargin: UInt64 { 32 * Tuning.mebibyte }

    /// A guest with less available than a tenth of what it sees, at least 64 MiB, runs short and is given twice that; a
    /// payer keeps one and a half of it, so that nobody has to ask for what it was just made to pay.
    public var comfortShare: UInt64 { 10 }
    public var leastComfort: UInt64 { 64 * Tuning.mebibyte }
    /// At most this, however large the guest: what a program takes in three statistics intervals at the 163 MiB a second
    /// that were measured. A tenth of each of many large guests would be more than all bursts need.
    public var mostComfort: UInt64 { 512 * Tuning.mebibyte }

    /// Where a guest in an alarm waits and nobody can pay, all are left less than is comfortable: half of it, then at least
    /// this share. What is left to many would be enough for the one. Comfort grows back by a tenth a second.
    public var leastEase: Double { 0.25 }
    /// What guests lack of free memory is collected no more often than this (ns): nobody waits for it.
    public var lackPace: UInt64 { 100 * Tuning.millisecond }
    /// Page cache goes to a guest in need only from one that is so many times cheaper: what is worth as much there is read
    /// there as well.
    public var cacheMargin: Double { 1.25 }

    /// A move is not turned round for this long (ns) by a rule of equal or lower rank; twice as long on each repeat, up to
    /// 32 times. The alarm's first hold-off is as long.
    public var turnRound: UInt64 { 10_000 * Tuning.millisecond }
    /// Trouble this long (ns) after the end of that is not the fault of what was taken: it counts as the first.
    public var forgiveTurns: UInt64 { 20_000 * Tuning.millisecond }
    /// Each hold-off is so many times longer than the one before, where a guest had to pay shortly before it hurt. Without a
    /// budget it is ten times: there nobody waits for what is held back.
    public var backOffGrowth: UInt64 { 2 }
    /// Where nothing presses, a payer gives at most this share of what it sees for each set of statistics: a 16th a
    /// second is 64 s from all to nothing, long enough for faults to show.
    public var calmShare: UInt64 { 16 }
    public var leastCalmPortion: UInt64 { 16 * Tuning.mebibyte }
    /// Less than this is not worth a message and an interrupt, in pages.
    public var leastMove: UInt64 { 4 * Tuning.mebibyte }
    /// Grants to one guest follow on one another no faster than this (ns), unless they are as large as that: a payer's pages
    /// arrive at some 500 MiB a second, and a guest takes 163.
    public var grantPace: UInt64 { 20 * Tuning.millisecond }
    public var fullGrant: UInt64 { 32 * Tuning.mebibyte }
    /// What one payer gives in one go where it presses, so that cheap guests pay first but no guest pays all; half of what
    /// is short, if more.
    public var urgentPortion: UInt64 { 64 * Tuning.mebibyte }
    /// A guest whose available memory falls is judged by what it will have so many seconds on: two intervals.
    public var foresight: Double { 2.0 }
    /// Payers looked at, and gainers given to, for one event: what bounds the time that it takes.
    public var movesPerEvent: Int { 8 }
    /// What was left over is gone on with after this (ns): one round trip to a guest.
    public var goOnAfter: UInt64 { 5 * Tuning.millisecond }
    /// That nothing can be had is said at most this often (ns).
    public var complainEvery: UInt64 { 10_000 * Tuning.millisecond }
    /// In watch mode advice is taken to be followed for so long (ns): else the same would be advised on each event.
    public var adviceLasts: UInt64 { 5000 * Tuning.millisecond }

    /// The host is short of memory below this share of its own (a 25th, ESX's "soft") and well above that (a 16th).
    public var lowHostShare: UInt64 { 25 }
    public var highHostShare: UInt64 { 16 }
    /// Percent of 10 s in which some tasks, or all of them, wait for memory: felt, and serious.
    public var someStalled: Double { 10.0 }
    public var fullStalled: Double { 5.0 }
    /// The budget is tightened at most this often (ns): the effect of the last time must show first.
    public var tightenEvery: UInt64 { 1000 * Tuning.millisecond }
    /// And is loosened by a 16th a second after the host was calm for so long (ns).
    public var calmBeforeLoosening: UInt64 { 10_000 * Tuning.millisecond }
    /// Guests that are asked for their free memory for one signal of the host.
    public var reclaimsPerSignal: Int { 4 }

    public init() {}
}
