internal import Balloon

/// The ledger with its accounts: the only writer of the sums, of what each guest has in them, and of both heaps.
///
/// Whoever changes a guest does so through ``change(_:_:)``, and finds the sums right afterwards.
struct Books: Sendable, Codable {
    private(set) var sums = Ledger()
    private var guests = ChunkedArray<SharedGuest>()
    private var unusedSlots: [Int] = []
    /// Who can pay, cheapest first.
    private(set) var payers = IndexedHeap()
    /// Who waits for memory, the most urgent first.
    private(set) var claims = IndexedHeap()
    /// Who has no driver and counts with all that it may see, the one first that would count with least of it.
    private(set) var driverless = IndexedHeap()

    // MARK: - Guests

    var slots: Range<Int> { guests.indices }

    func isUsed(_ index: Int) -> Bool { guests.indices.contains(index) && guests[index].presence != .gone }

    subscript(index: Int) -> SharedGuest {
        @inline(__always) _read { yield guests[index] }
    }

    /// Changes a guest where it lies, and brings the sums in line with it.
    @inline(__always)
    mutating func change<Answer>(_ index: Int, _ body: (inout SharedGuest) -> Answer) -> Answer {
        Self.change(&guests[index], &sums, body)
    }

    @inline(__always)
    private static func change<Answer>(
        _ guest: inout SharedGuest, _ sums: inout Ledger, _ body: (inout SharedGuest) -> Answer
    ) -> Answer {
        let answer = body(&guest)
        let (promised, due) = guest.balance()
        sums.promised += promised
        sums.due += due
        return answer
    }

    /// Has a guest's arbiter take in statistics, as a change with fewer copies of what comes of it.
    mutating func hear(
        _ set: BalloonStatistics, _ index: Int, _ moment: Moment
    ) -> (decision: Decision, health: Health?) {
        defer { change(index) { _ in } }
        return guests[index].arbiter.hear(set, moment)
    }

    /// Takes a guest in.
    ///
    /// - Returns: its number, which may have been another one's before.
    mutating func add(_ guest: SharedGuest) -> Int {
        let index: Int
        if let slot = unusedSlots.popLast() {
            index = slot
            guests[slot] = guest
        } else {
            index = guests.count
            guests.append(guest)
            payers.reserve(guests.count)
            claims.reserve(guests.count)
            driverless.reserve(guests.count)
        }
        sums.reserved += guest.limits.reservation
        change(index) { _ in }
        return index
    }

    /// Lets a guest go, with all that it has in the sums.
    mutating func remove(_ index: Int) {
        sums.reserved -= guests[index].limits.reservation
        guests[index].presence = .gone
        withdraw(index)
        unusedSlots.append(index)
    }

    /// Has a guest ask for nothing, and pay nothing.
    mutating func withdraw(_ index: Int) {
        change(index) {
            $0.lending = nil
            $0.claim = nil
            $0.report = nil
        }
        setWanted(0, index)
        setLack(0, index)
        payers.remove(index)
        rankDriverless(index)
    }

    /// Finds a guest's place among those that have no driver.
    mutating func rankDriverless(_ index: Int) {
        guard let unspent = guests[index].unspent else { return driverless.remove(index) }
        driverless.set(index, key: -Double(unspent.count))
    }

    mutating func setLimits(_ limits: GuestLimits, _ index: Int) {
        sums.reserved += limits.reservation - guests[index].limits.reservation
        change(index) {
            $0.limits = limits
            $0.account.held = min($0.held, limits.max)
            $0.report = nil
        }
    }

    /// Notes what a guest's balloon holds now.
    ///
    /// - Returns: by how much more all guests see.
    mutating func setHeld(_ held: Pages, _ index: Int) -> Pages {
        let before = sums.promised
        change(index) { $0.account.held = min(held.orNone, $0.limits.max) }
        return sums.promised - before
    }

    // MARK: - Accounts

    /// Notes for what a guest waits.
    mutating func setWanted(_ wanted: Pages, _ index: Int) {
        sums.wanted += wanted - guests[index].account.wanted
        guests[index].account.wanted = wanted
        guard wanted > 0, let claim = guests[index].claim else { return claims.remove(index) }
        claims.set(index, key: urgency(index, of: claim))
    }

    /// A guest in an alarm comes before all others, then one that has less than is reserved for it; of those, the one that has
    /// least for its weight.
    private func urgency(_ index: Int, of claim: MoveRule) -> Double {
        let rank = claim == .alarm ? 0 : guests[index].isUnderReservation ? Self.underReservation : Self.others
        return rank + Double(guests[index].account.promised.count) / guests[index].limits.weight
    }

    /// Larger than all pages of a guest over the least weight.
    private static let underReservation = 1e15
    private static let others = 1e16

    /// Notes what a guest lacks, though it does not wait for it.
    mutating func setLack(_ lack: Pages, _ index: Int) {
        sums.lacking += lack - guests[index].account.lacks
        guests[index].account.lacks = lack
    }

    /// Notes at which price a guest can pay; `nil`: it cannot.
    mutating func setPrice(_ price: Double?, _ index: Int) {
        guard let price else { return payers.remove(index) }
        payers.set(index, key: price)
    }

    /// The price at which a guest can pay now.
    ///
    /// It changes nothing: what is mutating is called where the guest lies, and not on a copy of it.
    mutating func offer(_ index: Int, _ now: Instant) -> Double? { guests[index].offer(now) }

    /// What a guest pays for to be asked first: a guest in need is worth what all of its pages in use are worth; up to its
    /// reservation it is not weighed at all.
    func claimantPrice(_ index: Int) -> Double {
        if guests[index].isUnderReservation { return .infinity }
        let visible = Double(guests[index].account.promised.count)
        return guests[index].limits.weight * PriceFigures.unit / max(1, visible)
    }

    // MARK: - Sums

    mutating func setBudget(_ budget: Pages?) { sums.budget = budget }

    mutating func setEffective(_ effective: Pages, slack: Pages) {
        sums.effective = effective
        sums.slack = slack
    }

    mutating func addLoan(_ pages: Pages) { sums.loans += pages }

    mutating func payLoans(back pages: Pages) { sums.loans -= min(sums.loans, pages) }

    // MARK: - To look at

    /// A copy that takes no free slot with it.
    var snapshot: Books {
        var copy = self
        copy.unusedSlots = []
        return copy
    }

    /// How many chunks of guests this one has in common with another.
    func chunksShared(with other: Books) -> Int { guests.chunksShared(with: other.guests) }
}
