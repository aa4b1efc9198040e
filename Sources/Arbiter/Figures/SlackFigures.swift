internal import Balloon

/// What is kept free for bursts.
enum SlackFigures {
    /// Slack before any burst was seen: a 32nd of the budget, 2 GiB on a host of 64. Bursts then size it: 1.25 times the
    /// largest lately, at least a 64th, at most an eighth of the budget, so that one hostile guest cannot hoard it.
    static let firstDivisor: Int64 = 32
    static let leastDivisor: Int64 = 64
    static let mostDivisor: Int64 = 8
    /// Bursts are not all alike: the next one may be a quarter larger.
    static let burstMargin = 1.25
    /// Of the slack, an eighth is for guests in an alarm alone: what else starts is a burst too, and is cheaper to help
    /// before it hurts. With half of it, guests of 16 GiB waited for their payers while gigabytes lay free.
    static let alarmDivisor: Int64 = 8
    /// Slack is filled up once a quarter of it is gone, not page by page.
    static let refillDivisor: Int64 = 4
    /// Alarms less than this apart are one burst: the hold-off of one.
    static let burstGap = TimeSpan.seconds(10)
    /// A burst loses half of its weight in this time: bursts come back by the hour (cron).
    static let burstHalfLife = TimeSpan.seconds(3600)
    /// More than any host has: what one burst is counted as at most.
    static let mostBurst = Pages(1 << 50)
}
