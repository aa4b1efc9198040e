/// What really happened to an animal since it was looked at last: what the daemon says of it is held against this.
struct AnimalFacts: Sendable {
    /// Programs that were killed for want of memory.
    var kills = 0
    /// Pages that were taken back because nothing else was left.
    var taken = 0
    /// The least that could be had after pages were given because they were asked for; `nil`: none were.
    var leastLeft: Int?
    /// The least that it said to have available, in pages.
    var leastClaimed: Int?
    /// Times when it could give no more though it was asked.
    var puffs = 0
    /// The longest time for which it said nothing (ns), and whether it has answered after that.
    var longestSilence: UInt64 = 0
    var answersAfterSilence = 0
    /// Pages whose contents were lost though they were the guest's.
    var lost = 0
    /// Times when `actual` was not what the driver had written.
    var misread = 0
    /// All that it has said to have available, in whole MiB.
    var claimed: Set<Int> = []
    /// The most and the least that was in the balloon, in pages.
    var mostHeld = 0
    var leastHeld = Int.max

    mutating func noteHeld(_ pages: Int) {
        mostHeld = max(mostHeld, pages)
        leastHeld = min(leastHeld, pages)
    }
}
