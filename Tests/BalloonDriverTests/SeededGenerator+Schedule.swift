import TestSupport

extension SeededGenerator {
    /// 0 to `bound` - 1, good enough for a schedule, and faster than `Int.random` in a debug build.
    mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() >> 33) % bound }

    mutating func chance(_ part: Int, of whole: Int) -> Bool { below(whole) < part }
}
