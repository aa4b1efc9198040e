internal import Balloon

/// How much memory a guest has: what it says, held against what its VMM shares.
enum MemoryFigures {
    /// A kernel keeps some memory to itself: Linux on 1 GiB says some 960 MiB, with a crash kernel's reservation 12 % less than
    /// there are. A claim that is at most an eighth of the shared memory below it, or so many pages, means all of it.
    static let keptDivisor: Int64 = 8
    static let leastKept = Pages.mebibytes(128)
    /// A claim that differs by no more than this from the last one is the same: messages are on their way while a guest counts.
    static let jitter = Pages.mebibytes(8)
    /// A balloon that moved by no more than this since the set before stands still: up to 4 messages of Linux. What a guest says while
    /// its balloon moves is of another moment than what is held.
    static let still = Pages.mebibytes(4)
    /// By how much a balloon must have moved to tell whether the guest's total moves with it.
    static let telling = Pages.mebibytes(32)
    /// And what of that the total may be off by: a quarter.
    static let tellingDivisor: Int64 = 4
}
