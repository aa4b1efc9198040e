/// MoM's two rules for one guest.
enum MoMRule {
    /// Below this share of free memory on the host, all guests shrink.
    static let pressure = 0.20
    /// A change by a smaller share than this is not worth it.
    static let deadZone = 0.0025

    /// What the guest shall see, or `nil` to leave it; in the unit of `current`.
    static func target(current: Double, used: Double, min least: Double, max most: Double, hostFree: Double) -> Double?
    {
        if hostFree < pressure {
            let spare = hostFree <= 0.05 ? hostFree - 0.05 : hostFree
            let new = Swift.max(0.95 * current, Swift.max(least, used + spare * current))
            return new <= current && current - new > deadZone * current ? new : nil
        }
        let floor = Swift.max(least, used + pressure * current)
        let new = Swift.min(Swift.max(1.05 * current, floor), most)
        return new >= current && new - current > deadZone * current ? new : nil
    }
}
