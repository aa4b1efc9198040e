import Arbiter
import Balloon

/// A host arbiter, and guests whose every step is told by hand. Sizes in MiB.
struct HostBench {
    var host: HostArbiter
    var now = Instant(nanoseconds: 0) + 1000 * ArbiterBench.second
    var held: [GuestHandle: Pages] = [:]
    private(set) var changes: [GuestChange] = []
    private(set) var moves: [Move] = []
    private(set) var happenings: [HostHappening] = []

    init(budget: UInt64?, hostMemory: UInt64? = nil, mode: HostMode = .on) throws {
        host = try HostArbiter(
            budget: budget.map { $0 * mebibyte }, hostMemory: hostMemory.map { $0 * mebibyte }, mode: mode)
    }

    mutating func add(
        max: UInt64 = 1024, min: UInt64 = 256, weight: Double = 1, reservation: UInt64? = nil
    ) throws -> GuestHandle {
        let limits = try GuestLimits(
            min: min * mebibyte, max: max * mebibyte, weight: weight, reservation: reservation.map { $0 * mebibyte })
        let guest = try host.add(limits, at: now)
        held[guest] = 0
        send(.driverStarted(isFresh: true, hasStatistics: true), guest)
        return guest
    }

    @discardableResult
    mutating func send(_ input: Input, _ guest: GuestHandle) -> Decision {
        let decision = host.handle(input, of: guest, at: now, held: held[guest] ?? 0)
        fetch()
        return decision
    }

    mutating func fetch() {
        while let change = host.nextChange() { changes.append(change) }
        while let move = host.nextMove() { moves.append(move) }
        while let happening = host.nextHappening() { happenings.append(happening) }
    }

    mutating func forget() {
        changes = []
        moves = []
        happenings = []
    }

    mutating func pass(_ milliseconds: UInt64) { now = now + milliseconds * ArbiterBench.millisecond }

    @discardableResult
    mutating func answer(
        _ guest: GuestHandle, available: UInt64, free: UInt64? = nil, faults: UInt64 = 0
    ) -> Decision {
        var set = BalloonStatistics()
        set[.availableMemory] = available << 20
        set[.freeMemory] = (free ?? available) << 20
        set[.totalMemory] = 1024 << 20
        set[.majorFaults] = faults
        return send(.statistics(set), guest)
    }

    /// The guest's driver does what it was asked to.
    mutating func obey(_ guest: GuestHandle) {
        held[guest] = host.target(of: guest)
        send(.progress, guest)
    }

    mutating func starve(_ guest: GuestHandle, _ size: UInt64 = 1) {
        held[guest] = (held[guest] ?? 0) - size * mebibyte
        send(.unsolicited(size * mebibyte), guest)
    }

    /// Brings a guest's balloon to a size, as if it had lent that before.
    mutating func balloon(_ guest: GuestHandle, _ size: UInt64) {
        try? host.set(budget: nil, at: now)
        send(.requested(size * mebibyte), guest)
        answer(guest, available: 1000)
        obey(guest)
    }

    /// Sets a budget, and no guest keeps a cap of what it was asked for before.
    mutating func share(_ budget: UInt64) throws {
        try host.set(budget: budget * mebibyte, at: now)
        for guest in held.keys.sorted(by: { $0.rawValue < $1.rawValue }) { send(.requested(0), guest) }
    }

    func target(_ guest: GuestHandle) -> UInt64 { UInt64(host.target(of: guest) / mebibyte) }
    func wanted(_ guest: GuestHandle) -> UInt64 { UInt64((host.share(of: guest)?.wanted ?? 0) / mebibyte) }
    func due(_ guest: GuestHandle) -> UInt64 { UInt64((host.share(of: guest)?.due ?? 0) / mebibyte) }
    func floor(_ guest: GuestHandle) -> UInt64 { UInt64((host.share(of: guest)?.floor ?? 0) / mebibyte) }
    var free: Int64 { host.ledger.free / mebibyte }
    func payers(_ rule: MoveRule? = nil) -> [GuestHandle] {
        moves.filter { rule == nil || $0.rule == rule }.compactMap(\.payer)
    }
}
