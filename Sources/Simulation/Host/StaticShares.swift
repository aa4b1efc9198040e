/// Divides a budget once and for all.
enum StaticShares {
    /// What each guest may see, in pages: the budget in proportion to what they were given and to their weights, within
    /// their limits.
    static func visible(budget: Int, _ guests: [LimitsView]) -> [Int] {
        let most = guests.reduce(0) { $0 + $1.max }
        guard budget < most else { return guests.map(\.max) }
        // What a limit cuts off from some is shared out among the others: find the level that fits.
        var low = 0.0
        var high = 1.0
        while level(high, guests) < budget, high < 1e9 { high *= 2 }
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if level(middle, guests) <= budget { low = middle } else { high = middle }
        }
        return guests.map { share(low, $0) }
    }

    private static func level(_ level: Double, _ guests: [LimitsView]) -> Int {
        guests.reduce(0) { $0 + share(level, $1) }
    }

    private static func share(_ level: Double, _ guest: LimitsView) -> Int {
        min(guest.max, max(guest.min, Int(level * Double(guest.max) * guest.weight)))
    }
}
