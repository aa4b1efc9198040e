extension HostArbiter {
    /// What would happen now, or if a guest wanted so many more pages: the movements, in order. Nothing is changed. O(n).
    ///
    /// Payers are only asked in it: what they give, and how soon, is theirs to say.
    public func plan(for guest: GuestHandle? = nil, wanting pages: UInt64 = 0) -> [Move] {
        var copy = self
        copy.mode = .on
        copy.moves = Recent(capacity: 1024)
        if let guest, isUsed(guest.rawValue), copy.guests[guest.rawValue].isPresent {
            let index = guest.rawValue
            copy.guests[index].claim = .early
            copy.payers.remove(index)
            copy.setWanted(min(pages, copy.guests[index].takes), index)
        }
        for _ in 0..<128 {
            copy.goOnAt = nil
            copy.balance(time.now)
            guard copy.goOnAt != nil else { break }
        }
        var plan: [Move] = []
        while var move = copy.moves.next() {
            move.isCarriedOut = false
            plan.append(move)
        }
        return plan
    }
}
