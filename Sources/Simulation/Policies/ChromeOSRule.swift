/// "Balance available" for one guest. All in MiB.
struct ChromeOSRule: Sendable {
    /// What the guest should have available at least; learned.
    private(set) var critical = 400.0
    private var largestBalloon = 0.0
    private var previousAvailable: Double?
    private var wasCritical = false

    /// By how much the balloon shall grow, or shrink if negative; `nil` to leave it.
    ///
    /// - Parameter hostAvailable: above what the host wants to keep.
    mutating func delta(balloon: Double, guestTotal: Double, guestAvailable: Double, hostAvailable: Double) -> Double? {
        largestBalloon = max(largestBalloon, balloon)
        let full = balloon / max(1, max(0.75 * guestTotal, largestBalloon))
        let isCritical = guestAvailable < critical && full < 0.95
        if isCritical, wasCritical, let previousAvailable { critical = previousAvailable }
        wasCritical = isCritical
        previousAvailable = guestAvailable
        let bias = 48 * full
        let guest = guestAvailable - critical - bias
        let wish = (guest - hostAvailable) / 2
        let low = -(hostAvailable + 10)
        let high = guestAvailable - critical + 10
        // The guest's need goes first where both are short.
        let delta = low <= high ? min(max(wish, low), high) : high
        let isWorthIt = guest < 1 || hostAvailable < 1 || abs(delta) >= 0.02 * max(1, balloon)
        return isWorthIt ? delta : nil
    }
}
