internal import Glibc

/// A random generator whose whole course follows from its seed (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    public let seed: UInt64
    private var state: UInt64

    public init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    /// True once in `odds` calls, on average.
    public mutating func oneIn(_ odds: Int) -> Bool {
        Int.random(in: 0..<odds, using: &self) == 0
    }

    public mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: choices.indices, using: &self)]
    }

    public mutating func number<Number: FixedWidthInteger>(_ range: ClosedRange<Number>) -> Number {
        Number.random(in: range, using: &self)
    }

    /// The seeds of `count` runs of a property test: fresh ones, or the one that `AEROSTAT_SEED` names. `AEROSTAT_SOAK`
    /// makes it so many times more runs.
    ///
    /// A test takes them as its arguments, so that a failure names the seed that it fails with.
    public static func seeds(_ count: Int) -> [UInt64] {
        if let seed = variable("AEROSTAT_SEED") { return [seed] }
        let runs = count * Int(clamping: variable("AEROSTAT_SOAK") ?? 1)
        return (0..<runs).map { _ in .random(in: 0 ... .max) }
    }

    private static func variable(_ name: String) -> UInt64? {
        getenv(name).flatMap { UInt64(String(cString: $0)) }
    }
}
