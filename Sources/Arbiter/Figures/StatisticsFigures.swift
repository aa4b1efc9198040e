internal import Balloon

/// What a guest can say of itself without talking rubbish.
enum StatisticsFigures {
    /// No counter comes so far: what a driver multiplies with -1, or extends with a sign, is beyond it. Windows sends -4096 for
    /// swap that it does not count.
    static let mostCounted: UInt64 = 1 << 63
    /// No guest has more memory than a balloon can name: 2^32 pages.
    static let mostMemory = GuestLimits.mostPages
    /// What a guest says that it has may be more than its VMM shares with us (a DIMM without `share=on`), but not 16 times that.
    static let mostUnshared: Int64 = 16

    /// How often in a second all of a guest's memory can be swapped or reclaimed: 64 GiB/s in a guest of 1 GiB are more than a
    /// memory bus moves, and 4 GiB/s in one of 64 MiB what a processor decompresses.
    static let mostMoves = 64.0
    /// And looked at: 1 TiB/s in a guest of 1 GiB, or 4 ns for a page.
    static let mostScans = 1024.0
    /// Things that a kernel can do for its processes in a second, such as faults: a microsecond each, on a hundred processors.
    static let mostServed = 1e8
    /// Processes that can be killed in a second for want of memory.
    static let mostEnded = 1e5
    /// Seconds that a set may have been on its way, and its successor not: what the guest counted in them comes on top.
    static let delay = 3.0

    /// A counter that fell has begun anew, or is none. It is looked at for so many sets before it counts again, and twice as
    /// many each time that it falls, up to 2^5 times.
    static let probation = 8
    static let mostProbationDoublings = 5

    /// By how much a counter can grow in a second.
    ///
    /// - Parameter memory: what the guest has.
    static func growth(_ pace: StatisticFacts.Pace, of memory: Pages) -> Double {
        switch pace {
        case .size: 0
        case .moved: mostMoves * Double(memory.bytes)
        case .scanned: mostScans * Double(memory.bytes)
        case .served: mostServed
        case .ended: mostEnded
        }
    }
}
