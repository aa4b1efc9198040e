/// Min-funding revocation, solved at once: pages go to the guest that pays most shares for a page, where an idle page
/// costs `1 / (1 - tax)` times an active one.
enum ESXAllocation {
    static let tax = 0.75

    /// Shares for a page: S / (P * (f + k * (1 - f))), where f is the active share of P.
    static func price(_ claim: ESXClaim, pages: Double, tax: Double = Self.tax) -> Double {
        let idleCost = 1 / (1 - tax)
        let active = min(1, claim.active / max(1, pages))
        return claim.shares / (max(1, pages) * (active + idleCost * (1 - active)))
    }

    /// What each guest gets, so that all together have the budget, or each its maximum.
    static func share(_ budget: Double, _ claims: [ESXClaim], tax: Double = Self.tax) -> [Double] {
        // At rest all pay the same price; find it.
        var low = 1e-9
        var high = 1e9
        for _ in 0..<100 {
            let price = (low * high).squareRoot()
            let sum = claims.reduce(0) { $0 + pages($1, at: price, tax) }
            if sum > budget { low = price } else { high = price }
        }
        return claims.map { pages($0, at: high, tax) }
    }

    /// The pages at which a guest pays this price.
    private static func pages(_ claim: ESXClaim, at price: Double, _ tax: Double) -> Double {
        let idleCost = 1 / (1 - tax)
        let worth = claim.shares / price
        let pages = worth <= claim.active ? worth : (worth + (idleCost - 1) * claim.active) / idleCost
        return min(claim.max, max(claim.min, pages))
    }
}
