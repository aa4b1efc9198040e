extension HostArbiter {
    // MARK: - What the caller fetches

    /// The next guest, other than the one an event was about, for which something is to be done.
    public mutating func nextChange() -> GuestChange? {
        while firstChange >= 0 {
            let index = Int(firstChange)
            firstChange = guests[index].nextQueued
            if firstChange < 0 { lastChange = -1 }
            guests[index].nextQueued = -1
            guests[index].isQueued = false
            guard let decision = guests[index].pending else { continue }
            guests[index].pending = nil
            return GuestChange(
                guest: GuestHandle(rawValue: index), target: guests[index].arbiter.target, decision: decision)
        }
        return nil
    }

    /// The next movement of memory to be recorded. The newest 1024 are kept.
    public mutating func nextMove() -> Move? { moves.next() }

    /// The next thing to be told to people about the host.
    public mutating func nextHappening() -> HostHappening? { happenings.next() }

    /// Keeps a decision until it is fetched; several become one.
    mutating func enqueue(_ index: Int, _ decision: Decision) {
        guard decision.interrupt || decision.requestStatistics || !decision.happenings.isEmpty else { return }
        if guests[index].pending == nil {
            guests[index].pending = decision
        } else {
            guests[index].pending?.join(decision)
        }
        guard !guests[index].isQueued else { return }
        guests[index].isQueued = true
        guests[index].nextQueued = -1
        if lastChange >= 0 { guests[Int(lastChange)].nextQueued = Int32(index) } else { firstChange = Int32(index) }
        lastChange = Int32(index)
    }

    /// The decision about the guest at hand, with what was decided about it for the sake of others.
    mutating func fetch(_ decision: Decision, _ index: Int) -> Decision {
        guard let more = guests[index].pending else { return decision }
        guests[index].pending = nil
        var decision = decision
        decision.join(more)
        return decision
    }

    mutating func record(
        _ rule: MoveRule, payer: Int? = nil, gainer: Int? = nil, _ pages: Int64, _ now: UInt64, price: Double? = nil,
        freeBefore: Int64
    ) {
        let move = Move(
            number: movesMade + 1, time: time.callers(now), rule: rule,
            payer: payer.map { GuestHandle(rawValue: $0) }, gainer: gainer.map { GuestHandle(rawValue: $0) },
            pages: UInt64(max(0, pages)), price: price, free: freeBefore, isCarriedOut: mode == .on || rule == .loan)
        if let last = moves.last, last.isContinued(by: move) {
            moves.last?.join(move)
            return
        }
        movesMade += 1
        moves.append(move)
    }

    // MARK: - What is

    /// `num_pages` of a guest.
    public func target(of guest: GuestHandle) -> UInt64 {
        isUsed(guest.rawValue) ? guests[guest.rawValue].arbiter.target : 0
    }

    /// What the operator asked for, in pages of balloon; `nil`: nothing.
    public func requested(of guest: GuestHandle) -> UInt64? {
        guard isUsed(guest.rawValue) else { return nil }
        guard ledger.budget != nil else { return guests[guest.rawValue].arbiter.requested }
        guard guests[guest.rawValue].cap != nil else { return nil }
        return guests[guest.rawValue].capBalloon
    }

    /// The state of a guest; times in it are the caller's.
    public func state(of guest: GuestHandle) -> GuestState {
        guard isUsed(guest.rawValue) else { return .idle }
        switch guests[guest.rawValue].arbiter.state {
        case .holdOff(let until): return .holdOff(until: time.callers(until))
        case .stalled(let until): return .stalled(until: time.callers(until))
        case let state: return state
        }
    }

    /// Why a guest's target is what it is, in a sentence for people.
    public func reason(of guest: GuestHandle) -> String {
        isUsed(guest.rawValue) ? guests[guest.rawValue].arbiter.reason : "there is no such guest"
    }

    /// When to call ``handle(_:of:at:held:)`` with `.wake` (ns, the caller's clock).
    public func wakeAt(of guest: GuestHandle) -> UInt64? {
        guard isUsed(guest.rawValue), let wakeAt = guests[guest.rawValue].arbiter.wakeAt else { return nil }
        return time.callers(wakeAt)
    }

    /// What is to be written for a guest, and when to call again; times are the caller's (ns).
    public struct Agenda: Sendable, Equatable {
        /// ``target(of:)``, ``wakeAt(of:)``
        public var target: UInt64
        public var wakeAt: UInt64?
        /// ``HostArbiter/wakeAt``
        public var hostWakeAt: UInt64?
    }

    /// All that is asked after each event, at once.
    ///
    /// It changes nothing: what is mutating is called where the arbiter lies, and not on a copy of it.
    public mutating func agenda(of guest: GuestHandle) -> Agenda? {
        guard isUsed(guest.rawValue) else { return nil }
        let arbiter = guests[guest.rawValue].arbiter
        return Agenda(
            target: arbiter.target, wakeAt: arbiter.wakeAt.map { time.callers($0) },
            hostWakeAt: goOnAt.map { time.callers($0) })
    }

    /// The guest can be asked how it is.
    public func hasUsableStatistics(of guest: GuestHandle) -> Bool {
        isUsed(guest.rawValue) && guests[guest.rawValue].arbiter.hasStatistics
    }

    /// How a guest stands in the ledger; `nil`: there is no such guest.
    public func share(of guest: GuestHandle) -> GuestShare? {
        let index = guest.rawValue
        guard isUsed(index) else { return nil }
        let guest = guests[index]
        return GuestShare(
            limits: guest.limits, cap: guest.cap, promised: UInt64(guest.promised), due: UInt64(guest.due),
            wanted: UInt64(guest.wanted),
            spare: payers.contains(index) ? guest.spare(time.now, sparingCaches: false, tuning) : 0,
            floor: guest.floor.pages(time.now, tuning), active: guest.idleness.active, price: payers.key(of: index))
    }
}

extension Decision {
    /// So many happenings of one guest are kept until they are fetched.
    private static let mostHappenings = 32

    /// What is to be done for both, as one; more happenings than are kept are dropped.
    public mutating func join(_ other: Decision) {
        interrupt = interrupt || other.interrupt
        requestStatistics = requestStatistics || other.requestStatistics
        happenings += other.happenings.prefix(max(0, Self.mostHappenings - happenings.count))
    }
}
