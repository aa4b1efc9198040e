/// The figures of the model of a guest. All were measured on Linux 6.1 guests of 1 GiB under emulation; what was
/// fitted says so. See docs/Simulation.md.
public struct ModelTuning: Sendable, Equatable {
    /// Pages a second that a program takes and fills: 480 MiB in 2.95 s with no balloon.
    public var allocationRate = 480.0 / 2.95 * 256
    /// Seconds that one failed reclaim costs, before the kernel calls the balloon's OOM notifier: 0.45 s for the 436 of
    /// a guest without files.
    public var failedReclaim = 0.001
    /// The same while a reader fights for the page cache: 0.95 s for 209.
    public var failedReclaimWithReader = 0.0045
    /// Pages that one call of the OOM notifier takes back.
    public var oomBatch = 256
    /// Pages a second that the driver inflates: 512 MiB of touched memory in 0.9 s.
    public var inflationRate = 512.0 / 0.9 * 256
    /// Pages a second that the driver gives back in bulk: 50 to 100 MiB in 100 ms.
    public var deflationRate = 700.0 * 256
    /// Seconds of one read that hits the page cache: 2,659,000 a second.
    public var hitTime = 1 / 2_659_000.0
    /// Seconds of one read that misses: 1,504 a second when next to nothing is cached.
    public var missTime = 0.000_65
    /// Pages that one miss brings in (fitted to how fast the reader recovers; Linux reads up to 32 around a fault, of which
    /// some are there already).
    public var readAround = 20
    /// Pages of cache that a reader always keeps, since it is reading them (fitted: what is left beside the program).
    public var leastCache = 8 * 256
    /// Pages that the kernel keeps free (fitted; Linux's min_free_kbytes of a guest of 1 GiB is about 4 MiB).
    public var leastFree = 2 * 256
    /// Pages a second by which caches that nobody needs again grow in a guest that is not short of memory (assumed).
    public var coldCacheRate = 0.5 * 256
    /// Pages a second that swap takes or brings (assumed: a disk of 100 MiB/s).
    public var swapRate = 100.0 * 256
    /// The share of a program's memory that it does not touch for minutes, and that swap can take for nothing (assumed).
    public var idleShare = 0.3
    /// Ticks that a driver sleeps when it found no page to inflate: 200 ms.
    public var outOfPuffTicks = 10
    /// Seconds after a kill until the killed thing is back, if it was not a burst (assumed).
    public var restartTime = 30.0

    public init() {}
}
