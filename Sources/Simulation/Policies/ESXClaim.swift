/// One guest's claim to memory; all in one unit.
struct ESXClaim: Sendable {
    var min: Double
    var max: Double
    var shares: Double
    /// How much of what it has is active.
    var active: Double
}
