internal import Balloon

/// A Linux guest with a balloon, in virtual time: how its memory is used, and how its programs fare.
///
/// Memory in pages of 4 KiB, time in ticks. The parts always add up: held + kernel + programs + files + caches + free
/// is all the memory it was given.
struct SimulatedGuest {
    let max: Int
    let kernel: Int
    let swapSpace: Int
    let reading: Double
    /// Whether DEFLATE_ON_OOM was negotiated.
    let deflatesOnOOM: Bool

    // MARK: The balloon
    var held = 0
    var target = 0
    /// Whether the driver's worker runs: it was interrupted and has not reached the target since.
    var isChasing = false
    /// Whether the driver finds nothing to inflate, and sleeps between tries.
    var isOutOfPuff = false

    // MARK: What is wanted
    var wantedPrograms = 0
    var wantedBurst = 0
    var wantedFiles = 0

    // MARK: What is there
    var programs = 0
    /// Pages of programs in swap.
    var swapped = 0
    /// Cached pages of files that are read again and again.
    var files = 0
    /// Pages of those files that were cached and thrown out: what is missed.
    var lost = 0
    /// Caches that nobody needs again.
    var caches = 0

    // MARK: Trouble
    /// Pages that are not wanted any more since a kill, until ``deadUntil``.
    var dead = 0
    var deadUntil = 0
    var kills = 0
    /// Failed reclaims of the last step: while they last, nobody in the guest answers.
    var failedReclaims = 0
    /// Seconds of work owed by failed reclaims that took longer than the step.
    var debt = 0.0
    /// Seconds lost: a second at half speed is half a second.
    var suffered = 0.0
    /// The share of what they would do with all memory present that programs did in the last step.
    var speed = 1.0
    /// Reads of files, for comparing with what was measured.
    var reads = 0.0

    // MARK: Counters, as the guest tells them
    var majorFaults = 0.0
    var stalls = 0.0
    var directScans = 0.0
    var directReclaims = 0.0
    var asyncScans = 0.0
    var swappedIn = 0.0
    var swappedOut = 0.0

    init(_ setup: GuestSetup, deflatesOnOOM: Bool) {
        max = setup.max
        kernel = setup.kernel
        swapSpace = setup.swap
        reading = setup.reading
        self.deflatesOnOOM = deflatesOnOOM
    }

    var wanted: Int { Swift.max(0, wantedPrograms + wantedBurst - dead) }
    var visible: Int { max - held }
    var free: Int { max - held - kernel - programs - files - caches }
    /// What the guest keeps from the host: with free page reporting, all but its free pages.
    var resident: Int { visible - free }
    /// What it would have of the host if it had all that it wants.
    var demand: Int { kernel + wanted + wantedFiles }

    /// Pages that were touched within the last half minute.
    func active(_ tuning: ModelTuning) -> Int {
        kernel + Swift.max(0, programs - Int(Double(programs + swapped) * tuning.idleShare)) + files
    }

    /// Tells the driver of a target, new or repeated, by an interrupt: its worker runs.
    mutating func interrupt(target: Int) {
        self.target = target
        isChasing = held != target
        if !isChasing { isOutOfPuff = false }
    }

    /// All that a driver sends that negotiated statistics on Linux 6.12; older ones leave the last six out.
    func statistics() -> BalloonStatistics {
        func bytes(_ pages: Int) -> UInt64 { UInt64(Swift.max(0, pages)) * PageFrame.size }
        var set = BalloonStatistics()
        set[.swapIn] = UInt64(swappedIn) * PageFrame.size
        set[.swapOut] = UInt64(swappedOut) * PageFrame.size
        set[.majorFaults] = UInt64(majorFaults)
        set[.minorFaults] = UInt64(reads)
        set[.freeMemory] = bytes(free)
        // The kernel's image is not part of MemTotal, and without DEFLATE_ON_OOM the balloon is not either.
        set[.totalMemory] = bytes(max - kernel / 3 - (deflatesOnOOM ? 0 : held))
        set[.availableMemory] = bytes(free + files + caches - leastKept)
        set[.diskCaches] = bytes(files + caches)
        set[.oomKills] = UInt64(kills)
        set[.allocationStalls] = UInt64(stalls)
        set[.asyncScans] = UInt64(asyncScans)
        set[.directScans] = UInt64(directScans)
        set[.asyncReclaims] = UInt64(asyncScans * 0.8)
        set[.directReclaims] = UInt64(directReclaims)
        return set
    }

    /// What Linux takes off MemAvailable: its low watermarks.
    private var leastKept: Int { Swift.min(4 * PageUnit.mebibyte, max / 100) }
}

extension SimulatedGuest {
    /// Restarts the guest after the host has killed it: nothing in its caches, its balloon as large as it was.
    mutating func restart(at tick: Int) {
        dead = wanted + dead
        deadUntil = tick
        programs = 0
        swapped = 0
        files = 0
        caches = 0
        lost = wantedFiles
        debt = 0
    }
}
