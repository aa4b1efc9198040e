internal import Arbiter
internal import Balloon
internal import DequeModule
internal import HostSignals
internal import Linux
internal import Synchronization

/// The one ``HostArbiter`` of a host with a budget, shared by the reactors.
///
/// Behind a lock that only reactors take, each for the O(log n) work of one event. What an event means for guests of another
/// reactor is not written by this thread: it waits in that reactor's queue, at most one entry for each guest, and an eventfd
/// wakes the reactor. The queues lie behind the same lock, since whoever fills one holds it anyway.
final class SharedArbiter: Sendable {
    /// Where a guest lives, and what waits for it.
    private struct Addressee {
        var reactor: Int
        /// The guest's number there.
        var guest: Int
        var pending: Decision?
        var alarmSeenAt: UInt64?
    }

    private struct State {
        var arbiter: HostArbiter
        /// By handle; `nil`: not taken.
        var addressees: [Addressee?] = []
        /// Apart from the addressees, for what nobody changes is not copied when it is looked at.
        var names: [String?] = []
        /// Where their VMMs run.
        var groups: [MemoryCgroup?] = []
        /// A VMM came or went since ``commonGroup`` was found.
        var haveGroupsChanged = false
        var commonGroup: MemoryCgroup?
        /// For each reactor the guests about which something waits.
        var queues: [Deque<Int>]
        var reactions = ReactionTimes()
        var series = MoveSeries()
    }

    private let state: Mutex<State>
    let doorbells: [Doorbell]
    /// Moves or happenings wait to be told.
    private let hasNews = Atomic<Bool>(false)
    /// When moves that were held back are to be told (ns); only the first reactor looks. `.max`: there are none.
    let newsAt = Atomic<UInt64>(.max)

    /// - Parameter doorbells: one for each reactor; the first one also wakes the arbiter.
    init(_ arbiter: HostArbiter, doorbells: [Doorbell]) {
        state = Mutex(State(arbiter: arbiter, queues: doorbells.map { _ in Deque() }))
        self.doorbells = doorbells
    }

    // MARK: - Guests

    /// Takes a guest in.
    func add(_ name: String, _ limits: GuestLimits, reactor: Int, guest: Int) throws(AdmissionError) -> Seat {
        let result = write { arbiter, now in
            Result { () throws(AdmissionError) in try arbiter.add(limits, called: name, isPresent: false, at: now) }
        }
        let handle = try result.get()
        state.withLock { state in
            while state.addressees.count <= handle.rawValue {
                state.addressees.append(nil)
                state.names.append(nil)
                state.groups.append(nil)
            }
            state.addressees[handle.rawValue] = Addressee(reactor: reactor, guest: guest)
            state.names[handle.rawValue] = name
            state.queues[reactor].reserveCapacity(state.addressees.count)
        }
        return Seat(shared: self, handle: handle, limits: limits)
    }

    func remove(_ seat: Seat) {
        write { arbiter, now in arbiter.remove(seat.handle, at: now) }
        state.withLock { state in
            state.addressees[seat.handle.rawValue] = nil
            state.names[seat.handle.rawValue] = nil
            state.groups[seat.handle.rawValue] = nil
            state.haveGroupsChanged = true
        }
    }

    /// The guest's virtual machine came or went; see ``HostArbiter/set(isPresent:of:at:)``.
    func set(isPresent: Bool, of guest: GuestHandle) {
        write { arbiter, now in arbiter.set(isPresent: isPresent, of: guest, at: now) }
        state.withLock { $0.haveGroupsChanged = true }
    }

    func note(_ group: MemoryCgroup?, of guest: GuestHandle) {
        state.withLock { state in
            guard state.groups.indices.contains(guest.rawValue) else { return }
            state.groups[guest.rawValue] = group
            state.haveGroupsChanged = true
        }
    }

    /// The innermost cgroup that all connected VMMs run in: its limit is one for all guests together. O(n) where one came
    /// or went since the last time, but others are not held up by it. For one thread.
    func commonGroup() -> MemoryCgroup? {
        let (known, changed) = state.withLock { state in
            defer { state.haveGroupsChanged = false }
            return (state.commonGroup, state.haveGroupsChanged ? (state.arbiter.snapshot(), state.groups) : nil)
        }
        guard let (arbiter, groups) = changed else { return known }
        let present = groups.indices.lazy.filter { arbiter.isPresent(GuestHandle(rawValue: $0)) }.map { groups[$0] }
        let common = MemoryCgroup.common(to: present)
        state.withLock { $0.commonGroup = common }
        return common
    }

    /// The cgroups of some guests' VMMs, by turns.
    ///
    /// - Parameter start: a guest's number.
    /// - Returns: and where to go on the next time.
    func groups(from start: Int, atMost count: Int) -> (groups: [(guest: GuestHandle, group: MemoryCgroup?)], next: Int)
    {
        state.withLock { state in
            let all = state.groups.count
            guard all > 0 else { return ([], 0) }
            let numbers = (0..<min(count, all)).map { (start + $0) % all }
            let present = numbers.filter { state.arbiter.isPresent(GuestHandle(rawValue: $0)) }
            return (
                present.map { (GuestHandle(rawValue: $0), state.groups[$0]) }, (start + numbers.count) % all
            )
        }
    }

    // MARK: - Events

    /// Takes one input about one guest; what it means for others waits for their reactors.
    ///
    /// - Parameter seenAt: when it happened (ns), if that was before now.
    func handle(
        _ input: Input, of guest: GuestHandle, held: Pages, seenAt: UInt64? = nil
    ) -> (Decision, SteeringView) {
        // The clock is read under the lock, so that time never falls for the arbiter.
        let (decision, view, filled) = state.withLock { state in
            let now = MonotonicClock.instant()
            let decision = state.arbiter.handle(input, of: guest, at: now, held: held)
            var alarm: UInt64?
            if case .unsolicited = input { alarm = seenAt ?? now.nanoseconds }
            var filled = collect(&state, alarm)
            // The caller's own reactor looks by itself.
            if state.addressees.indices.contains(guest.rawValue), let own = state.addressees[guest.rawValue] {
                filled &= ~(1 << UInt64(own.reactor & 63))
            }
            return (decision, SteeringView(state.arbiter, guest), filled)
        }
        wake(filled)
        return (decision, view)
    }

    /// Changes something of the arbiter; what that means for guests waits for their reactors.
    @discardableResult
    func write<Answer: Sendable>(_ body: (inout HostArbiter, Instant) -> Answer) -> Answer {
        var filled: UInt64 = 0
        let answer = state.withLock { state in
            let answer = body(&state.arbiter, MonotonicClock.instant())
            filled = collect(&state, nil)
            return answer
        }
        wake(filled)
        return answer
    }

    func read<Answer: Sendable>(_ body: (borrowing HostArbiter) -> Answer) -> Answer {
        state.withLock { body($0.arbiter) }
    }

    /// Goes on with what one event left over, if it is time.
    func wakeArbiter(at now: UInt64) {
        guard let first = doorbells.first, first.wakeAt.load(ordering: .relaxed) <= now else { return }
        write { arbiter, now in arbiter.wake(at: now) }
    }

    /// Moves what the arbiter decided about guests into their reactors' queues.
    ///
    /// - Returns: the reactors that have something to do, as bits.
    private func collect(_ state: inout State, _ alarm: UInt64?) -> UInt64 {
        var filled: UInt64 = 0
        while let change = state.arbiter.nextChange() {
            let index = change.guest.rawValue
            guard index < state.addressees.count, let addressee = state.addressees[index] else { continue }
            if addressee.pending == nil {
                state.addressees[index]?.pending = change.decision
                state.queues[addressee.reactor].append(index)
            } else {
                state.addressees[index]?.pending?.join(change.decision)
            }
            if change.decision.interrupt, state.addressees[index]?.alarmSeenAt == nil {
                state.addressees[index]?.alarmSeenAt = alarm
            }
            doorbells[addressee.reactor].isRung.store(true, ordering: .releasing)
            filled |= 1 << UInt64(addressee.reactor & 63)
        }
        if let first = doorbells.first {
            let wakeAt = state.arbiter.wakeAt?.nanoseconds ?? .max
            if first.wakeAt.exchange(wakeAt, ordering: .relaxed) > wakeAt { filled |= 1 }
        }
        hasNews.store(true, ordering: .relaxed)
        return filled
    }

    private func wake(_ filled: UInt64) {
        guard filled != 0 else { return }
        for (number, doorbell) in doorbells.enumerated() where filled & 1 << UInt64(number & 63) != 0 {
            doorbell.wake.signal()
        }
    }

    /// The next decision about a guest of a reactor, with all that was decided since the last one.
    func nextDecision(for reactor: Int) -> GuestDecision? {
        state.withLock { state in
            while let index = state.queues[reactor].popFirst() {
                guard index < state.addressees.count, let addressee = state.addressees[index],
                    let decision = addressee.pending
                else {
                    continue
                }
                state.addressees[index]?.pending = nil
                state.addressees[index]?.alarmSeenAt = nil
                return GuestDecision(
                    guest: addressee.guest, view: SteeringView(state.arbiter, GuestHandle(rawValue: index)),
                    decision: decision, alarmSeenAt: addressee.alarmSeenAt)
            }
            return nil
        }
    }

    /// A payer of an alarm has been told.
    func noteReaction(since seen: UInt64) {
        let now = MonotonicClock.now()
        state.withLock { $0.reactions.add(now > seen ? now - seen : 0, since: seen) }
    }

    // MARK: - What happened

    /// Moves and happenings since the last time, a few at once; `nil`: none.
    func takeNews() -> BudgetNews? {
        let isFilled = hasNews.exchange(false, ordering: .relaxed)
        let dueAt = newsAt.load(ordering: .relaxed)
        guard isFilled || dueAt < .max else { return nil }
        let now = MonotonicClock.now()
        guard isFilled || dueAt <= now else { return nil }
        let (news, isFull, wakes) = state.withLock { state in
            var news = BudgetNews()
            var left = 32
            while left > 0, let account = state.series.next(at: now) {
                news.accounts.append(account)
                left -= 1
            }
            var begun: [MoveStory.Key] = []
            while left > 0, let move = state.arbiter.nextMove() {
                if let key = state.series.add(named(move, state), at: now) { begun.append(key) }
                left -= 1
            }
            // With all that moved at once.
            news.beginnings = begun.compactMap { state.series[$0] }
            while let happening = state.arbiter.nextHappening() {
                news.happenings.append(NamedHappening(happening: happening, guest: name(happening.guest, state)))
            }
            let next = state.series.deadline ?? .max
            return (news, left == 0, newsAt.exchange(next, ordering: .relaxed) > next)
        }
        if isFull { hasNews.store(true, ordering: .relaxed) }
        if wakes { doorbells.first?.wake.signal() }
        return news
    }

    private func named(_ move: Move, _ state: borrowing State) -> NamedMove {
        NamedMove(move: move, payer: name(move.payer, state), gainer: name(move.gainer, state))
    }

    private func name(_ guest: GuestHandle?, _ state: borrowing State) -> String? {
        guard let index = guest?.rawValue, state.names.indices.contains(index) else { return nil }
        return state.names[index]
    }

    /// All at one moment, for the control plane. What is O(n) about it is done without the lock, when it is looked at.
    func snapshot() -> BudgetSnapshot {
        state.withLock { state in
            BudgetSnapshot(arbiter: state.arbiter.snapshot(), reactions: state.reactions, names: state.names)
        }
    }
}
