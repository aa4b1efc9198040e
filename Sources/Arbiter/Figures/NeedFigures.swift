internal import Balloon

/// When a guest of a budget needs memory, and how much it is given and left.
enum NeedFigures {
    /// A guest that runs short is given so many times what is comfortable, less what it has.
    static let fill: Int64 = 2
    /// A payer keeps one and a half of what is comfortable, so that nobody has to ask for what it was just made to pay.
    static func left(of comfort: Pages) -> Pages { 3 * (comfort / 2) }
    /// A guest that has less than half of what is comfortable free would fill more with files.
    static let fullDivisor: Int64 = 2
    /// A guest whose available memory falls is judged by what it will have so many seconds on: two intervals of statistics.
    static let foresight = 2.0

    /// Where a guest in an alarm waits and nobody can pay, all are left less than is comfortable: half of it, then at least
    /// this share. What is left to many would be enough for the one.
    static let leastEase = 0.25
    /// What is left is halved, and grows back by a tenth, once for each interval of statistics: it must be seen what came of it.
    static let easeCut = 0.5
    static let easeGrowth = 1.1
    /// What guests lack of free memory is collected no more often than this: nobody waits for it.
    static let lackPace = TimeSpan.milliseconds(100)
    /// And for an eighth of the effective budget at most: it must not drive out the page cache of all.
    static let lackDivisor: Int64 = 8
    /// Memory that nobody needs goes to full page caches by an eighth of it at a time, once twice the slack is free.
    static let surplusDivisor: Int64 = 8
    static let slacksBeforeSurplus: Int64 = 2
}
