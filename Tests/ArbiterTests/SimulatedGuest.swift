import Arbiter
import Balloon

/// A guest with a balloon driver as Linux has it, in virtual time. Pages of 4 KiB.
struct SimulatedGuest {
    static let tick: UInt64 = 20

    let total: Pages
    /// Pages that programs have in use and do not give up.
    var used: Pages = 100 * mebibyte
    /// Files that are read again and again.
    var wantedCache: Pages = 0
    /// Page numbers that the driver always moves together.
    var granule: Int64 = 1
    /// Ticks until statistics are answered; `nil`: never.
    var answerTicks: UInt64? = 1
    var isRunning = true

    private(set) var held: Pages = 0
    private(set) var targetRead: Pages = 0
    private var isChasing = false
    private var faults: UInt64 = 0
    private var reclaimed: Pages = 0
    /// Pages that were taken because nothing else was left.
    private(set) var taken: Pages = 0

    init(total: Pages) { self.total = total }

    /// Memory that neither programs nor the balloon have; the kernel keeps a little.
    var available: Pages { (total - held - used - 2 * mebibyte).orNone }
    var cache: Pages { min(wantedCache, available) }
    /// Programs do not have what they need.
    var isStarving: Bool { held + used > total }

    mutating func interrupt() { isChasing = true }
    mutating func reboot() {
        isChasing = false
        held = 0
        targetRead = 0
    }

    /// One tick of the driver's worker.
    ///
    /// - Returns: whether pages moved.
    mutating func work(target: Pages) -> Bool {
        guard isRunning, isChasing else { return false }
        targetRead = target
        let goal = rounded(up: target)
        let before = held
        if held < goal {
            // Inflating reclaims caches, but kills for nobody.
            held += min(goal - held, 10 * mebibyte, granule * (available / granule))
        } else {
            held -= min(held - goal, 20 * mebibyte)
        }
        if held == goal { isChasing = false }
        return held != before
    }

    /// A starving guest takes pages back, 1 MiB for each failed reclaim.
    ///
    /// - Returns: how many of them it was not allowed to.
    mutating func takeBack(target: Pages) -> Pages {
        guard isRunning, isStarving, held > 0 else { return 0 }
        let asked = min(held, target, targetRead)
        let pages = rounded(up: min(held, 256))
        held -= min(held, pages)
        reclaimed += pages
        taken += pages
        return asked > held ? asked - held : 0
    }

    private func rounded(up pages: Pages) -> Pages { granule * ((pages + Pages(granule - 1)) / granule) }

    mutating func statistics() -> BalloonStatistics {
        if cache < wantedCache { faults += 20_000 }
        var set = BalloonStatistics()
        set[.availableMemory] = available.bytes
        set[.freeMemory] = (available - cache).bytes
        set[.totalMemory] = total.bytes
        set[.majorFaults] = faults
        set[.directReclaims] = reclaimed.bytes
        return set
    }
}

/// Guest and arbiter together.
struct Simulation {
    var guest: SimulatedGuest
    var bench = ArbiterBench()
    private var invariants = Invariants()
    private var askedAt: Instant?
    private var wasRunning = false

    init(_ guest: SimulatedGuest) { self.guest = guest }

    var state: GuestState { bench.state }
    var alarms: Int { bench.happenings.count { if case .alarm = $0 { true } else { false } } }

    mutating func tell(_ input: Input) {
        bench.held = guest.held
        let decision = bench.send(input)
        invariants.check(bench, isRunning: guest.isRunning && wasRunning, after: input, decision)
        if decision.interrupt { guest.interrupt() }
        if decision.requestStatistics, askedAt == nil { askedAt = bench.now }
    }

    mutating func start(isFresh: Bool) {
        guest.isRunning = true
        wasRunning = true
        if isFresh { guest.reboot() }
        tell(.driverStarted(isFresh: isFresh, hasStatistics: true))
    }

    mutating func stop() {
        // One that is paused goes on where it was.
        guest.isRunning = false
        askedAt = nil
        tell(.driverStopped)
    }

    /// Lets so many seconds pass, or fewer if `condition` comes true.
    ///
    /// - Returns: how many milliseconds passed.
    @discardableResult
    mutating func run(seconds: UInt64, until condition: (Self) -> Bool = { _ in false }) -> UInt64 {
        let start = bench.now
        while bench.now < start + seconds * ArbiterBench.second, !condition(self) { step() }
        return (bench.now - start).nanoseconds / ArbiterBench.millisecond.nanoseconds
    }

    private mutating func step() {
        bench.pass(SimulatedGuest.tick)
        guard guest.isRunning else { return }
        let unsolicited = guest.takeBack(target: bench.arbiter.target)
        if unsolicited > 0 { tell(.unsolicited(unsolicited)) }
        if guest.work(target: bench.arbiter.target) { tell(.progress) }
        if let asked = askedAt {
            let waited = bench.now - asked
            let answerTime = guest.answerTicks.map { $0 * SimulatedGuest.tick * ArbiterBench.millisecond }
            if let answerTime, waited >= answerTime, waited < 3 * ArbiterBench.second {
                askedAt = nil
                tell(.statistics(guest.statistics()))
            } else if waited >= 3 * ArbiterBench.second {
                askedAt = nil
                tell(.statisticsTimedOut(.guest))
            }
        }
        if let due = bench.arbiter.wakeAt, due <= bench.now { tell(.wake) }
    }
}
