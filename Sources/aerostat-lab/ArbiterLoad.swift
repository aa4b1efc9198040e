import Arbiter
import Balloon

/// Guests in numbers, that burst and recover by turns: each event is one that moves memory, or may.
struct ArbiterLoad {
    private static let size = Pages.mebibytes(1024)
    private static let second: UInt64 = 1_000_000_000

    let count: Int
    private var host: HostArbiter?
    private var handles: [GuestHandle] = []
    private var held: [Pages]
    private var now = Instant(nanoseconds: second)
    private var next: UInt64 = 1
    private(set) var moves = 0

    /// So many guests of 1 GiB on a budget of 60 % of what they have.
    init(guests: Int) {
        count = guests
        held = [Pages](repeating: 0, count: guests)
    }

    /// - Returns: nanoseconds per event.
    mutating func run(events: Int) throws -> Double {
        if host == nil { try start() }
        guard var host = host.take() else { return 0 }
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<events { event(&host) }
        let time = clock.now - start
        self.host = consume host
        return Double(time.components.attoseconds) / 1e9 / Double(events)
            + Double(time.components.seconds) * 1e9 / Double(events)
    }

    private mutating func start() throws {
        var host = try HostArbiter(budget: 6 * (count * Self.size / 10))
        for _ in 0..<count {
            handles.append(try host.add(GuestLimits(min: Self.size / 8, max: Self.size), at: now))
        }
        for guest in 0..<count {
            tell(.driverStarted(isFresh: true, hasStatistics: true), guest, &host)
        }
        self.host = consume host
        // Until all is in balance.
        _ = try run(events: 100 * count)
    }

    private mutating func event(_ host: inout HostArbiter) {
        now = now + TimeSpan(nanoseconds: Self.second / UInt64(count))
        next = next &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let guest = Int(next >> 33) % count
        let target = host.target(of: handles[guest])
        if held[guest] < target || held[guest] > target, next >> 20 & 1 == 0 {
            held[guest] = target
            tell(.progress, guest, &host)
        } else if held[guest] > 256, next >> 24 & 31 == 0 {
            held[guest] -= 256
            tell(.unsolicited(256), guest, &host)
        } else {
            tell(.statistics(statistics(guest, isShort: next >> 28 & 7 == 0)), guest, &host)
        }
    }

    private func statistics(_ guest: Int, isShort: Bool) -> BalloonStatistics {
        let visible = Self.size - held[guest]
        var set = BalloonStatistics()
        set[.availableMemory] = (isShort ? visible / 16 : visible / 2).bytes
        set[.freeMemory] = (visible / (isShort ? 20 : 3)).bytes
        set[.totalMemory] = Self.size.bytes
        set[.majorFaults] = 1000
        return set
    }

    private mutating func tell(_ input: Input, _ guest: Int, _ host: inout HostArbiter) {
        _ = host.handle(input, of: handles[guest], at: now, held: held[guest])
        while host.nextChange() != nil {}
        while host.nextMove() != nil { moves += 1 }
        while host.nextHappening() != nil {}
    }
}
