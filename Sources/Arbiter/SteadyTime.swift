/// A clock that may jump, made steady: what it says never falls, and never leaps by more than an hour.
struct SteadyTime: Sendable, Codable {
    private static let longestStep: UInt64 = 3_600_000_000_000
    private static let latest = UInt64.max / 4

    /// The steady time, ns.
    private(set) var now: UInt64 = 0
    private var told: UInt64?

    /// Takes the caller's time; gives the steady one.
    mutating func at(_ time: UInt64) -> UInt64 {
        if let told {
            if time > told { now = min(now + min(time - told, Self.longestStep), Self.latest) }
        } else {
            now = min(time, Self.latest)
        }
        told = time
        return now
    }

    /// A steady time as the caller's clock will show it, if it does not jump again.
    func callers(_ time: UInt64) -> UInt64 {
        let told = told ?? time
        let (sum, isOver) = time >= now ? told.addingReportingOverflow(time - now) : (told, false)
        return isOver ? .max : sum
    }
}
