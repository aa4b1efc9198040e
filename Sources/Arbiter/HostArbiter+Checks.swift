extension HostArbiter {
    /// What is wrong with the ledger, counted anew over all guests; empty: nothing. For tests: O(n).
    public func faults() -> [String] {
        var faults: [String] = []
        func expect(_ condition: Bool, _ fault: @autoclosure () -> String) {
            if !condition { faults.append(fault()) }
        }
        var sums = (promised: Int64(0), due: Int64(0), wanted: Int64(0), lacking: Int64(0), reserved: UInt64(0))
        for (index, guest) in guests.enumerated() {
            sums.promised += guest.promised
            sums.due += guest.due
            sums.wanted += guest.wanted
            sums.lacking += guest.lacks
            guard guest.isUsed else {
                let isNothing = guest.promised == 0 && guest.due == 0 && guest.wanted == 0 && guest.lacks == 0
                expect(isNothing, "unused \(index) counts")
                expect(!payers.contains(index) && !claims.contains(index), "unused \(index) stands in a heap")
                continue
            }
            sums.reserved += guest.limits.reservation
            let sees = guest.limits.max - min(guest.arbiter.promised(guest.held), guest.limits.max)
            expect(!guest.isPresent || guest.promised == Int64(sees), "\(index) is promised other than it sees")
            expect(guest.wanted >= 0 && guest.due >= 0, "\(index) has a negative sum")
            expect(claims.contains(index) == (guest.wanted > 0), "\(index) waits and claims nothing, or the other way")
            expect(!payers.contains(index) || guest.claim == nil, "\(index) pays and claims")
            if let goal = guest.lendGoal {
                expect(goal <= guest.limits.max - guest.limits.min, "\(index) is to lend more than its min allows")
                expect(guest.arbiter.state == .inflating, "\(index) lends in \(guest.arbiter.state)")
            }
        }
        expect(sums.promised == ledger.promised, "promised: \(ledger.promised), in sum \(sums.promised)")
        expect(sums.due == ledger.due, "due: \(ledger.due), in sum \(sums.due)")
        expect(sums.wanted == ledger.wanted, "wanted: \(ledger.wanted), in sum \(sums.wanted)")
        expect(sums.lacking == lacking, "lacking: \(lacking), in sum \(sums.lacking)")
        expect(sums.reserved == ledger.reserved, "reserved: \(ledger.reserved), in sum \(sums.reserved)")
        expect(ledger.budget.map { ledger.reserved <= $0 } ?? true, "more is reserved than the budget")
        expect(ledger.loans >= 0, "negative loans")
        expect(payers.isSound && claims.isSound, "a heap is out of order")
        return faults
    }
}
