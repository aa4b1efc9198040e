public import Balloon

extension HostArbiter {
    // MARK: - What the caller fetches

    /// The next guest, other than the one an event was about, for which something is to be done.
    public mutating func nextChange() -> GuestChange? {
        guard let (index, decision) = changes.next() else { return nil }
        return GuestChange(
            guest: GuestHandle(rawValue: index), target: books[index].arbiter.target, decision: decision)
    }

    /// The next movement of memory to be recorded. The newest 1024 are kept.
    public mutating func nextMove() -> Move? { news.nextMove() }

    /// The next thing to be told to people about the host.
    public mutating func nextHappening() -> HostHappening? { news.nextHappening() }

    /// The decision about the guest at hand, with what was decided about it for the sake of others.
    mutating func joined(_ decision: Decision, _ index: Int) -> Decision {
        guard let more = changes.take(about: index) else { return decision }
        var decision = decision
        decision.join(more)
        return decision
    }

    mutating func record(
        _ rule: MoveRule, payer: Int? = nil, gainer: Int? = nil, _ pages: Pages, _ now: Instant, price: Double? = nil,
        freeBefore: Pages
    ) {
        news.append(
            Move(
                number: 0, time: time.callers(now), rule: rule,
                payer: payer.map { GuestHandle(rawValue: $0) }, gainer: gainer.map { GuestHandle(rawValue: $0) },
                pages: pages.orNone, price: price, free: freeBefore, isCarriedOut: mode == .on || rule == .loan))
    }

    // MARK: - What is

    /// `num_pages` of a guest.
    public func target(of guest: GuestHandle) -> Pages {
        books.isUsed(guest.rawValue) ? books[guest.rawValue].arbiter.target : 0
    }

    /// What the operator asked for, as a balloon; `nil`: nothing.
    public func requested(of guest: GuestHandle) -> Pages? {
        guard books.isUsed(guest.rawValue) else { return nil }
        guard ledger.budget != nil else { return books[guest.rawValue].arbiter.goal }
        guard books[guest.rawValue].cap != nil else { return nil }
        return books[guest.rawValue].operatorBalloon
    }

    /// The state of a guest; times in it are the caller's.
    public func state(of guest: GuestHandle) -> GuestState {
        guard books.isUsed(guest.rawValue) else { return .idle }
        switch books[guest.rawValue].arbiter.state {
        case .starting(let until): return .starting(until: time.callers(until))
        case .holdOff(let until): return .holdOff(until: time.callers(until))
        case .stalled(let until): return .stalled(until: time.callers(until))
        case let state: return state
        }
    }

    /// Why a guest's target is what it is, in a sentence for people.
    public func reason(of guest: GuestHandle) -> String {
        books.isUsed(guest.rawValue) ? books[guest.rawValue].arbiter.reason : "there is no such guest"
    }

    /// When to call ``handle(_:of:at:held:)`` with `.wake`, by the caller's clock; `nil`: only when something happens.
    public func wakeAt(of guest: GuestHandle) -> Instant? {
        guard books.isUsed(guest.rawValue), let wakeAt = books[guest.rawValue].arbiter.wakeAt else { return nil }
        return time.callers(wakeAt)
    }

    /// What is to be written for a guest, and when to call again; times are the caller's.
    public struct Agenda: Sendable, Equatable {
        /// ``target(of:)``, ``wakeAt(of:)``
        public var target: Pages
        public var wakeAt: Instant?
        /// ``HostArbiter/wakeAt``
        public var hostWakeAt: Instant?
    }

    /// All that is asked after each event, at once.
    ///
    /// It changes nothing: what is mutating is called where the arbiter lies, and not on a copy of it.
    public mutating func agenda(of guest: GuestHandle) -> Agenda? {
        guard books.isUsed(guest.rawValue) else { return nil }
        let arbiter = books[guest.rawValue].arbiter
        return Agenda(
            target: arbiter.target, wakeAt: arbiter.wakeAt.map { time.callers($0) },
            hostWakeAt: goOnAt.map { time.callers($0) })
    }

    /// The guest can be asked how it is.
    public func hasUsableStatistics(of guest: GuestHandle) -> Bool {
        books.isUsed(guest.rawValue) && books[guest.rawValue].arbiter.hasUsableStatistics
    }

    /// How a guest stands in the ledger; `nil`: there is no such guest.
    public func share(of guest: GuestHandle) -> GuestShare? {
        let index = guest.rawValue
        guard books.isUsed(index) else { return nil }
        let guest = books[index]
        return GuestShare(
            limits: guest.limits, cap: guest.cap, promised: guest.account.promised,
            spent: guest.hostSide.countsSpent ? guest.hostSide.spent : nil,
            groupLimit: guest.bindingLimit, due: guest.account.due,
            wanted: guest.account.wanted,
            spare: books.payers.contains(index) ? guest.spare(time.now, sparingCaches: false) : 0,
            floor: guest.habits.floor.pages(time.now), active: guest.habits.idleness.active,
            price: books.payers.key(of: index))
    }
}
