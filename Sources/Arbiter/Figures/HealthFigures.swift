internal import Balloon

/// What makes a guest well, short of memory, or on its knees.
enum HealthFigures {
    /// A guest that has less than a tenth of its memory available runs short. A payer keeps one and a half of that, so that
    /// nobody has to ask for what it was just made to pay.
    static let comfortDivisor: Int64 = 10
    /// Not less than this, however small the guest: with 1 GiB, Linux keeps 58 to 81 MiB free while a working set is thrown out.
    static let leastComfort = Pages.mebibytes(64)
    /// At most this, however large the guest: what a program takes in three intervals of statistics, at the 163 MiB a
    /// second that were measured. A tenth of each of many large guests would be more than all bursts need.
    static let mostComfort = Pages.mebibytes(512)
    /// Less free memory than what is comfortable is next to none; while the page cache is thrown out, so many times that: the
    /// kernel frees more than it needs for a moment, and up to 113 MiB were seen in 1 GiB.
    static let tightWhileThrowingOut: Int64 = 2

    /// Left to the guest when its balloon grows; or a 32nd of its memory, if more.
    static let leastReserve = Pages.mebibytes(32)
    static let reserveDivisor: Int64 = 32
    /// A guest that has less than a half of its reserve left is in trouble, and no longer only short.
    static let exhaustedDivisor: Int64 = 2

    /// More major faults a second than this, with no free memory, is a working set that does not fit; half of it while the page
    /// cache shrinks: what is faulted in then is what was thrown out.
    static let faultRate = 200.0
    static let faultRateWhileLosing = faultRate / 2
    /// More major faults a second than this, and the page cache counts as used: somebody reads it.
    static let readFaultRate = 20.0
    /// More pages a second than this that leave the page cache: 16 MiB. A working set is thrown out at 100 to 250 MiB/s.
    static let cacheLossRate = 4096.0
    /// More pages than this are not read for one major fault: 4 MiB, a page of 2 MiB and as much ahead. 490 were seen.
    static let mostPagesPerFault = 1024.0
    /// More pages a second than this swapped in, with no free memory: 4 MiB, about what one disk's random reads bring.
    static let swapInRate = 1024.0
    /// More allocations a second than this that wait for reclaim, with no free memory: every tenth of a second somebody
    /// stands still.
    static let stallRate = 10.0
    /// More pages a second than this that tasks scan, or reclaim, themselves, with no free memory: 16 and 4 MiB. A guest
    /// whose background reclaim keeps up has none at all; a few belong to any sudden allocation.
    static let directScanRate = 4096.0
    static let directReclaimRate = 1024.0

    /// So many sets in a row in which little was available and nothing else was wrong show that this is how the guest is; or one,
    /// where its balloon grew by so much meanwhile and what was available came back. Less than three quarters of what is
    /// usual is less than usual.
    static let setsOfHabit = 8
    static let tellingStep = Pages.mebibytes(16)
    static let habitQuarters: Int64 = 4

    /// A guest that seems to be on its knees is asked again after this long. One set of statistics can be a program that starts;
    /// but a page cache of 280 MiB is gone in a second.
    static let secondLook = TimeSpan.milliseconds(100)
    /// No rate that a guest claims is told to people as more than this.
    static let mostToldRate = 1e9

    /// What a guest of a size has available if it is well.
    ///
    /// - Parameter size: what it says that it has, or what it sees.
    static func comfort(of size: Pages) -> Pages { max(leastComfort, min(size / comfortDivisor, mostComfort)) }
}
