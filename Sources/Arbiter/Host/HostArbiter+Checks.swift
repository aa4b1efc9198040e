internal import Balloon

extension HostArbiter {
    /// What is wrong with the ledger, counted anew over all guests; empty: nothing. For tests: O(n).
    public func faults() -> [String] {
        var faults: [String] = []
        func expect(_ condition: Bool, _ fault: @autoclosure () -> String) {
            if !condition { faults.append(fault()) }
        }
        var sums = Ledger()
        for index in books.slots {
            let guest = books[index]
            sums.promised += guest.account.promised
            sums.due += guest.account.due
            sums.wanted += guest.account.wanted
            sums.lacking += guest.account.lacks
            guard books.isUsed(index) else {
                var nothing = SharedGuest.Account()
                nothing.held = guest.held
                expect(guest.account == nothing, "unused \(index) counts")
                expect(
                    !books.payers.contains(index) && !books.claims.contains(index)
                        && !books.driverless.contains(index), "unused \(index) in a heap")
                continue
            }
            sums.reserved += guest.limits.reservation
            var booked = guest
            expect(booked.balance() == (0, 0), "\(index) is not booked as it is")
            expect(guest.account.wanted >= 0 && guest.account.due >= 0, "\(index) has a negative sum")
            let waits = guest.account.wanted > 0
            expect(books.claims.contains(index) == waits, "\(index) waits and claims nothing, or the other way")
            expect(books.driverless.contains(index) == (guest.unspent != nil), "\(index) is not ranked as it is")
            expect(!books.payers.contains(index) || guest.claim == nil, "\(index) pays and claims")
            if let goal = guest.lending?.goal {
                expect(goal <= guest.limits.max - guest.limits.min, "\(index) is to lend more than its min allows")
                expect(guest.arbiter.state == .inflating, "\(index) lends in \(guest.arbiter.state)")
            }
        }
        expect(sums.promised == ledger.promised, "promised: \(ledger.promised), in sum \(sums.promised)")
        expect(sums.due == ledger.due, "due: \(ledger.due), in sum \(sums.due)")
        expect(sums.wanted == ledger.wanted, "wanted: \(ledger.wanted), in sum \(sums.wanted)")
        expect(sums.lacking == ledger.lacking, "lacking: \(ledger.lacking), in sum \(sums.lacking)")
        expect(sums.reserved == ledger.reserved, "reserved: \(ledger.reserved), in sum \(sums.reserved)")
        expect(ledger.budget.map { ledger.reserved <= $0 } ?? true, "more is reserved than the budget")
        expect(ledger.loans >= 0, "negative loans")
        expect(books.payers.isSound && books.claims.isSound && books.driverless.isSound, "a heap is out of order")
        return faults
    }
}
