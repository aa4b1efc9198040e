import Arbiter
import Balloon

/// A mebibyte.
let mebibyte = Pages.mebibytes(1)

/// An arbiter, the time, and what the guest holds: all told by hand.
struct ArbiterBench {
    static let millisecond = TimeSpan.milliseconds(1)
    static let second = TimeSpan.seconds(1)

    var arbiter = GuestArbiter()
    var now = Instant(nanoseconds: 0) + 1_000 * second
    var held: Pages = 0
    private(set) var happenings: [Happening] = []
    private var faults: UInt64 = 0
    /// What the guest says that it has, in MiB.
    private var total: UInt64 = 1024

    init() {}

    /// A guest of 8 GiB: it takes an alarm several steps to empty its balloon.
    init(largeSettledAt size: UInt64) { self.init(settledAt: size, available: 8000, total: 8192) }

    /// A guest that has answered, with a balloon of so many MiB, as asked.
    init(settledAt size: UInt64, available: UInt64 = 900, total: UInt64 = 1024) {
        self.total = total
        start()
        request(size)
        answer(available: available)
        held = arbiter.target
        send(.progress)
        while arbiter.state == .inflating {
            answer(available: available)
            held = arbiter.target
            send(.progress)
        }
        happenings = []
    }

    @discardableResult
    mutating func send(_ input: Input) -> Decision {
        let decision = arbiter.handle(input, at: now, held: held)
        happenings += decision.happenings
        return decision
    }

    mutating func pass(_ milliseconds: UInt64) { now = now + milliseconds * Self.millisecond }

    // Sizes in MiB.

    @discardableResult
    mutating func start(isFresh: Bool = true, hasStatistics: Bool = true) -> Decision {
        send(.driverStarted(isFresh: isFresh, hasStatistics: hasStatistics))
    }

    @discardableResult
    mutating func request(_ size: UInt64) -> Decision { send(.requested(size * mebibyte)) }

    @discardableResult
    mutating func answer(
        available: UInt64, free: UInt64? = nil, total: UInt64? = nil, faults: UInt64 = 0, reclaimed: UInt64? = nil
    ) -> Decision {
        self.faults += faults
        var set = BalloonStatistics()
        set[.availableMemory] = available << 20
        set[.freeMemory] = (free ?? available) << 20
        set[.totalMemory] = (total ?? self.total) << 20
        set[.majorFaults] = self.faults
        set[.directReclaims] = reclaimed.map { $0 << 20 }
        return send(.statistics(set))
    }

    /// The guest takes pages back unasked.
    @discardableResult
    mutating func starve(pages: Pages = 256) -> Decision {
        held -= min(pages, held)
        return send(.unsolicited(pages))
    }

    /// Lets time pass until the arbiter wants to be woken, and wakes it.
    @discardableResult
    mutating func wake() -> Decision? {
        guard let due = arbiter.wakeAt else { return nil }
        now = max(now, due)
        return send(.wake)
    }

    mutating func forget() { happenings = [] }

    var target: UInt64 { UInt64(arbiter.target / mebibyte) }
    var state: GuestState { arbiter.state }

    /// The pause that the arbiter keeps, in seconds.
    var pause: UInt64? {
        switch state {
        case .holdOff(let until), .stalled(let until), .starting(let until):
            (until - now).nanoseconds / Self.second.nanoseconds
        default: nil
        }
    }
}
