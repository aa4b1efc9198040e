/// Seeded bursts of seconds, laid over what a guest does anyway: most overloads last less than two minutes.
public struct BurstLayer: Sendable {
    /// Seconds between two bursts of a guest, on average.
    public var every: Double
    /// The size of a burst, as a share of the guest's memory.
    public var share: ClosedRange<Double>
    /// The length of a burst in seconds.
    public var length = 15.0...110.0

    public init(every: Double = 900, share: ClosedRange<Double> = 0.1...0.35) {
        self.every = every
        self.share = share
    }

    /// The bursts of one guest, in order, not overlapping.
    ///
    /// - Parameter pages: the guest's memory.
    func bursts(pages: Int, seconds: Double, _ random: inout SeededRandom) -> [Burst] {
        var bursts: [Burst] = []
        var time = random.number(0.05...1) * every
        while time < seconds {
            let length = random.number(self.length)
            let size = Int(random.number(share) * Double(pages))
            bursts.append(Burst(start: time, length: length, pages: size))
            time += length + 20 + random.number(0.2...1.8) * every
        }
        return bursts
    }
}
