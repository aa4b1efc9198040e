internal import Glibc

/// Virtual time in ticks of 20 ms: a starving guest takes some 5 to 20 MiB back in one.
enum VirtualTime {
    static let tickMilliseconds = 20
    static let perSecond = 1000 / tickMilliseconds
    static let nanosecondsPerTick: UInt64 = 20_000_000

    static func ticks(seconds: Double) -> Int {
        seconds < 1e12 ? Int((seconds * Double(perSecond)).rounded()) : Int(1e12) * perSecond
    }

    static func seconds(_ ticks: Int) -> Double { Double(ticks) / Double(perSecond) }

    static func nanoseconds(_ tick: Int) -> UInt64 { UInt64(max(0, tick)) * nanosecondsPerTick }

    /// The first tick that is not before so many nanoseconds.
    static func tick(nanoseconds: UInt64) -> Int {
        let whole = nanoseconds / nanosecondsPerTick
        return Int(clamping: nanoseconds % nanosecondsPerTick == 0 ? whole : whole + 1)
    }
}
