import Arbiter
import Balloon
import TestSupport

/// Guests of all kinds on one host, driven at random. Says what went wrong instead of failing, for speed.
struct HostChaos {
    /// How a guest behaves.
    enum Kind: CaseIterable {
        case good, silent, liar, greedy, overshooting, deaf, wild
        /// Has half of the memory that its VMM shares; says no more than tags 0 to 5; sends rubbish in counters; gives back in
        /// chunks, and refills; gives a MiB where others give fifty; has no driver.
        case small, bare, rubbish, chunky, slow, driverless
    }

    struct Guest {
        var handle: GuestHandle
        var kind: Kind
        var max: Pages
        var held: Pages = 0
        var target: Pages = 0
        var isRunning = false
        var faults: UInt64 = 0
    }

    var random: SeededGenerator
    var host: HostArbiter
    var guests: [Guest] = []
    var now = Instant(nanoseconds: 5_000_000_000)
    private(set) var complaints: [String] = []
    private(set) var events = 0
    private(set) var granted = 0

    init(seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        let budget = random.pick([1, 4, 16, 64]) * (1024 * mebibyte)
        host = try HostArbiter(budget: budget)
        for _ in 0..<random.number(2...40) { addGuest() }
    }

    mutating func run(events count: Int, checkEvery: Int) throws {
        for _ in 0..<count where complaints.isEmpty {
            events += 1
            step()
            drain()
            if events % checkEvery == 0 { complaints += host.faults() }
        }
        complaints += host.faults()
    }

    private mutating func step() {
        passTime()
        switch random.number(0...999) {
        case 0: addGuest()
        case 1: removeGuest()
        case 2: signal()
        case 3: setBudget()
        case 4: setMode()
        case 5: changeLimits()
        case 6: setPresence()
        case 7: silence()
        case 8...40: spend()
        case 41...45: limitGroup()
        default: guestEvent()
        }
    }

    private mutating func passTime() {
        switch random.number(0...999) {
        case 0: now = Instant(nanoseconds: now.nanoseconds - min(now.nanoseconds, random.number(0...100_000_000_000)))
        case 1: now = Instant(nanoseconds: now.nanoseconds &+ random.number(0...1 << 50))
        case 2 where random.oneIn(50): now = .never
        case 3 where random.oneIn(50): now = Instant(nanoseconds: 0)
        default:
            let step = random.pick([0, 1_000_000, 20_000_000, 300_000_000, 2_000_000_000]) as UInt64
            now = Instant(nanoseconds: now.nanoseconds &+ step)
        }
        if let due = host.wakeAt, due <= now { deciding { $0.wake(at: $1) } }
    }

    /// Runs something that decides, and sees whether it promised more than there is.
    private mutating func deciding(taken: Pages = 0, _ body: (inout HostArbiter, Instant) -> Void) {
        let before = host.ledger
        body(&host, now)
        guard host.mode == .on, host.ledger.budget != nil else { return }
        // The host's own loans go beyond, and nothing else.
        let lent = (host.ledger.loans - before.loans).orNone
        let most = max(before.promised + taken, host.ledger.effective) + lent
        if host.ledger.promised > most {
            complaints.append("event \(events): promised \(host.ledger.promised), at most \(most) was right")
        }
    }

    // MARK: - Guests

    private mutating func addGuest() {
        let max = random.pick([64, 512, 1024, 4096, 16384]) * mebibyte + Pages(random.number(0...255) as UInt64)
        let min = random.pick([1 << 40, 8, 4, 2].map { max / ($0 as Int64) })
        let reservation = random.oneIn(3) ? random.pages(min...max) : nil
        let weight = random.pick([0.5, 1, 1, 1, 2, 10])
        guard let limits = try? GuestLimits(min: min, max: max, weight: weight, reservation: reservation) else {
            complaints.append("good limits are refused")
            return
        }
        let isPresent = !random.oneIn(5)
        var handle: GuestHandle?
        deciding(taken: isPresent ? max : 0) { handle = try? $0.add(limits, isPresent: isPresent, at: $1) }
        guard let handle else {
            if host.ledger.budget.map({ host.ledger.reserved + limits.reservation <= $0 }) ?? true {
                complaints.append("a reservation that fits is refused")
            }
            return
        }
        guests.append(Guest(handle: handle, kind: random.pick(Kind.allCases), max: max))
    }

    private mutating func removeGuest() {
        guard guests.count > 2 else { return }
        let guest = guests.remove(at: random.number(0...guests.count - 1))
        deciding { $0.remove(guest.handle, at: $1) }
        if host.share(of: guest.handle) != nil { complaints.append("a removed guest is still there") }
    }

    private mutating func changeLimits() {
        guard let index = guests.indices.randomElement(using: &random) else { return }
        let max = random.pick([512, 1024, 4096]) * mebibyte
        guard let limits = try? GuestLimits(min: random.pages(0...max / 2), max: max) else { return }
        let handle = guests[index].handle
        var isTaken = false
        deciding(taken: max) { isTaken = (try? $0.set(limits: limits, of: handle, at: $1)) != nil }
        if isTaken { guests[index].max = max }
    }

    private mutating func setPresence() {
        guard let index = guests.indices.randomElement(using: &random) else { return }
        let guest = guests[index]
        let isPresent = random.oneIn(2)
        if !isPresent { send(.driverStopped, index) }
        guests[index].held = 0
        deciding(taken: guest.max) { $0.set(isPresent: isPresent, of: guest.handle, at: $1) }
    }

    /// The host looks what it spends on a guest, or no longer.
    private mutating func spend() {
        guard let index = guests.indices.randomElement(using: &random) else { return }
        let guest = guests[index]
        let spent: Pages? = random.oneIn(4) ? nil : random.pages(0...guest.max)
        let most = max(guest.max, spent ?? 0) - (host.share(of: guest.handle)?.promised ?? 0)
        deciding(taken: most.orNone) { $0.note(spent: spent, on: guest.handle, at: $1) }
    }

    /// The cgroup of a guest's VMM has a limit, or none any more.
    private mutating func limitGroup() {
        guard let index = guests.indices.randomElement(using: &random) else { return }
        let guest = guests[index]
        let limit = GroupLimit(limit: random.pages(0...guest.max), need: random.pages(0...512 * mebibyte))
        let isLimited = !random.oneIn(3)
        deciding { $0.set(groupLimit: isLimited ? limit : nil, of: guest.handle, at: $1) }
    }

    private mutating func guestEvent() {
        guard let index = guests.indices.randomElement(using: &random) else { return }
        if let due = host.wakeAt(of: guests[index].handle), due <= now { send(.wake, index) }
        guard guests[index].isRunning || random.oneIn(50) else {
            guests[index].held = 0
            guard guests[index].kind != .driverless else { return }
            guests[index].isRunning = true
            send(.driverStarted(isFresh: true, hasStatistics: !random.oneIn(8)), index)
            return
        }
        switch random.number(0...99) {
        case 0:
            guests[index].isRunning = false
            send(.driverStopped, index)
        case 1:
            guests[index].isRunning = true
            send(.driverStarted(isFresh: false, hasStatistics: true), index)
        case 2: send(.requested(random.pick([0, random.pages(0...guests[index].max), Pages(1 << 40)])), index)
        case 3: send(.reclaim, index)
        case 4...9: takeBack(index)
        case 10...59: answer(index)
        default:
            move(index)
            send(.progress, index)
        }
    }

    /// All fall silent at once: that is the host's doing.
    private mutating func silence() {
        for index in guests.indices where guests[index].isRunning { send(.statisticsTimedOut(.everybody), index) }
    }

    private mutating func takeBack(_ index: Int) {
        guard guests[index].held > 0 else { return }
        guard guests[index].kind == .greedy || random.oneIn(3) else { return }
        let most = guests[index].kind == .greedy ? guests[index].held : 256
        let pages = random.pages(1...min(most, guests[index].held))
        guests[index].held -= pages
        send(.unsolicited(random.oneIn(50) ? .unlimited : pages), index)
    }

    private mutating func answer(_ index: Int) {
        switch guests[index].kind {
        case .silent:
            let silence = random.pick(Silence.allCases)
            send(random.oneIn(3) ? .statistics(honest(index)) : .statisticsTimedOut(silence), index)
        case .liar, .wild: send(.statistics(lie()), index)
        default: tellTheTruth(index)
        }
    }

    /// No more is asked for than was asked for already, or than the guest has just said that it can spare.
    private mutating func tellTheTruth(_ index: Int) {
        let (guest, set) = (guests[index], honest(index))
        let before = host.target(of: guest.handle)
        send(.statistics(set), index)
        guard let available = set[.availableMemory], guest.isRunning else { return }
        let after = host.target(of: guest.handle)
        if after > max(before, guest.held + Pages(bytes: available)) {
            complaints.append("event \(events): \(after) asked of one that holds \(guest.held) and has \(available)")
        }
    }

    private mutating func honest(_ index: Int) -> BalloonStatistics {
        let guest = guests[index]
        let visible = guest.max - min(guest.held, guest.max)
        let available = random.pages(0...visible)
        guests[index].faults += random.pick([0, 0, 0, 10, 5000])
        var set = BalloonStatistics()
        set[.availableMemory] = available.bytes
        set[.freeMemory] = random.pages(0...available).bytes
        set[.totalMemory] = guest.max.bytes
        set[.majorFaults] = guests[index].faults
        switch guest.kind {
        case .small: set[.totalMemory] = guest.max.bytes / 2
        case .bare: set[.availableMemory] = nil
        case .rubbish where random.oneIn(2):
            set[.swapIn] = 0xffff_ffff_ffff_f000
            set[.majorFaults] = 0xffff_ffff_8000_0000
        default: break
        }
        return set
    }

    private mutating func lie() -> BalloonStatistics {
        var set = BalloonStatistics()
        for tag in StatisticsTag.allCases where !random.oneIn(4) {
            set[tag] = random.pick([0, .max, .max - 1, random.number(0...1 << 30), random.number(0...1 << 40)])
        }
        return set
    }

    /// The driver goes where it is asked to, or does not.
    private mutating func move(_ index: Int) {
        let target = host.target(of: guests[index].handle)
        let held = guests[index].held
        switch guests[index].kind {
        case .deaf: break
        case .overshooting: guests[index].held = target + random.pages(0...10_000)
        case .wild: guests[index].held = random.pages(0...2 * guests[index].max)
        case .chunky: guests[index].held = (target.count >= 512 ? target - random.pages(0...512) : target)
        default:
            let step = random.pages(0...(guests[index].kind == .slow ? 1 : 50) * mebibyte)
            guests[index].held = held < target ? min(target, held + step) : max(target, held - min(held, step))
        }
    }

    /// Tells the arbiter; what the guest took by itself is not the arbiter's decision.
    private mutating func send(_ input: Input, _ index: Int) {
        let guest = guests[index]
        let share = host.share(of: guest.handle)
        var taken: Pages = 0
        if let share, host.ledger.promised >= share.promised {
            let bound = min(host.target(of: guest.handle), guest.held, share.limits.max)
            taken = (share.limits.max - bound - share.promised).orNone
        }
        let held = guest.held
        deciding(taken: taken) { _ = $0.handle(input, of: guest.handle, at: $1, held: held) }
    }

    // MARK: - The host

    private mutating func signal() {
        var signals = HostSignals(total: 128 * (1024 * mebibyte))
        signals.available = random.oneIn(3) ? nil : random.pages(0...64 * (1024 * mebibyte))
        signals.someStalled = random.pick([nil, 0, 5, 50, .nan, .infinity])
        signals.fullStalled = random.pick([nil, 0, 3, 50, -1])
        signals.limit = random.oneIn(4) ? random.pages(0...64 * (1024 * mebibyte)) : nil
        deciding { $0.handle(signals, at: $1) }
    }

    private mutating func setBudget() {
        let budget = random.oneIn(5) ? nil : random.pick([0, 1, 4, 16, 64]) * (1024 * mebibyte)
        let reserved = host.ledger.reserved
        var refusal: AdmissionError?
        deciding {
            do throws(AdmissionError) { try $0.set(budget: budget, at: $1) } catch { refusal = error }
        }
        if let refusal, let budget, budget > 0, budget >= reserved {
            complaints.append("a good budget is refused: \(refusal)")
        }
    }

    private mutating func setMode() {
        let mode = random.pick(HostMode.allCases)
        deciding { $0.set(mode: mode, at: $1) }
        // Mostly on again at once, with all targets as they were left.
        if random.oneIn(2) { deciding { $0.set(mode: .on, at: $1) } }
    }

    private mutating func drain() {
        while let change = host.nextChange() {
            if host.share(of: change.guest) == nil { complaints.append("a change of a guest that is not there") }
        }
        // Moves that are fetched late are joined where they go on at the same time.
        if !random.oneIn(4) { while let move = host.nextMove() { check(move) } }
        while host.nextHappening() != nil {}
    }

    /// What a move says of itself: nothing is given that was not there.
    private mutating func check(_ move: Move) {
        granted += 1
        guard move.isCarriedOut, move.payer == nil, move.rule != .loan, move.rule != .host else { return }
        if move.pages > move.free {
            complaints.append("event \(events): granted what was not there: \(move)")
        }
    }
}

extension SeededGenerator {
    mutating func pages(_ range: ClosedRange<Pages>) -> Pages {
        Pages(number(UInt64(range.lowerBound.count)...UInt64(range.upperBound.count)))
    }
}
