import Arbiter
import Balloon

/// Pages in a mebibyte.
let mebibyte: UInt64 = 256

/// An arbiter, the time, and what the guest holds: all told by hand.
struct ArbiterBench {
    static let millisecond: UInt64 = 1_000_000
    static let second: UInt64 = 1_000_000_000

    var arbiter: GuestArbiter
    /// Steps small enough that a guest of 1 GiB takes several.
    static var smallSteps: Tuning {
        var tuning = Tuning()
        tuning.leastAlarmStep = 256 * mebibyte
        return tuning
    }
    var now: UInt64 = 1_000 * second
    var held: UInt64 = 0
    private(set) var happenings: [Happening] = []
    private var faults: UInt64 = 0

    init(_ tuning: Tuning = Self.smallSteps) {
        arbiter = GuestArbiter(tuning: tuning)
    }

    /// A guest of 1024 MiB that has answered, with a balloon of so many MiB, as asked.
    init(settledAt size: UInt64, available: UInt64 = 900, _ tuning: Tuning = Self.smallSteps) {
        self.init(tuning)
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

    mutating func pass(_ milliseconds: UInt64) { now += milliseconds * Self.millisecond }

    // Sizes in MiB.

    @discardableResult
    mutating func start(isFresh: Bool = true, hasStatistics: Bool = true) -> Decision {
        send(.driverStarted(isFresh: isFresh, hasStatistics: hasStatistics))
    }

    @discardableResult
    mutating func request(_ size: UInt64) -> Decision { send(.requested(size * mebibyte)) }

    @discardableResult
    mutating func answer(
        available: UInt64, free: UInt64? = nil, total: UInt64 = 1024, faults: UInt64 = 0, reclaimed: UInt64? = nil
    ) -> Decision {
        self.faults += faults
        var set = BalloonStatistics()
        set[.availableMemory] = available << 20
        set[.freeMemory] = (free ?? available) << 20
        set[.totalMemory] = total << 20
        set[.majorFaults] = self.faults
        set[.directReclaims] = reclaimed.map { $0 << 20 }
        return send(.statistics(set))
    }

    /// The guest takes pages back unasked.
    @discardableResult
    mutating func starve(pages: UInt64 = 256) -> Decision {
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

    var target: UInt64 { arbiter.target / mebibyte }
    var state: GuestState { arbiter.state }

    /// The pause that the arbiter keeps, in seconds.
    var pause: UInt64? {
        switch state {
        case .holdOff(let until), .stalled(let until): (until - now) / Self.second
        default: nil
        }
    }
}
