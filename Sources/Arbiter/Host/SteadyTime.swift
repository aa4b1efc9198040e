/// A clock that may jump, made steady: what it says never falls, and never leaps by more than an hour.
struct SteadyTime: Sendable, Codable {
    private static let longestStep = TimeSpan.seconds(3600)
    private static let latest = Instant(nanoseconds: .max / 4)

    /// The steady time.
    private(set) var now = Instant(nanoseconds: 0)
    private var told: Instant?

    /// Takes the caller's time; gives the steady one.
    mutating func at(_ time: Instant) -> Instant {
        if let told {
            if time > told { now = min(now + min(time - told, Self.longestStep), Self.latest) }
        } else {
            now = min(time, Self.latest)
        }
        told = time
        return now
    }

    /// A steady time as the caller's clock will show it, if it does not jump again.
    func callers(_ time: Instant) -> Instant { (told ?? time) + (time - now) }
}
