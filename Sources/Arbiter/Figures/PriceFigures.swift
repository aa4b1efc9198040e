internal import Balloon

/// What a guest's memory is worth beside another's, and when it is known to be idle.
enum PriceFigures {
    /// How often a guest of a host with a budget should be asked for statistics. A guest's trouble is seen and mended within two
    /// of these; one set costs the guest one message.
    static let statisticsInterval = TimeSpan.seconds(1)
    /// Statistics older than this prove nothing: three intervals, after which a request counts as unanswered.
    static let staleAfter = TimeSpan.milliseconds(3500)
    /// What a payer gives within so many seconds at its pace can be counted on. Of each look at it, so much counts in its pace:
    /// about two seconds' memory.
    static let soon = 10.0
    static let paceWeight = 1.0 / 8
    /// Prices are per GiB, to be readable.
    static let unit = Double(Pages.mebibytes(1024).count)
    /// An idle page costs so much less than a used one: ESX's tax of 75 % (1 / (1 - 0.75)).
    static let idleCost = 4.0
    /// Of each new set of statistics, how much counts in the slow and the fast average of idleness: about a minute's and
    /// ten seconds' memory. A guest is as active as the most active of both and of now: slow to be found idle.
    static let slowWeight = 1.0 / 64
    static let fastWeight = 1.0 / 8
    /// Where nothing presses, the page cache of a guest is taken only once it has been heard of for so long: one set of
    /// statistics does not tell whether anybody reads it.
    static let knownAfter = TimeSpan.seconds(4)
    /// Page cache goes to a guest in need only from one that is so many times cheaper: what is worth as much there is read
    /// there as well.
    static let cacheMargin = 1.25
    /// So much of what a guest sees lies free, beyond what it is left anyway, that no hysteresis is worth keeping it there: an
    /// eighth.
    static let liesIdleDivisor: Int64 = 8
}
