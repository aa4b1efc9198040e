/// How often the guest's reader had read, over time: a sample each 100 ms.
public struct ReadSeries: Sendable, Equatable {
    public struct Sample: Sendable, Equatable {
        /// Guest time in nanoseconds.
        public var time: UInt64
        /// Reads at random since the reader started; 0 while it reads the file for the first time.
        public var reads: UInt64
        /// Pages, since the guest started, that were read in again after they had been thrown out of the page cache.
        public var refaults: UInt64 = 0
    }

    public var samples: [Sample]
    /// Words that were not what lies on the disk.
    public var badReads: UInt64

    init(_ fields: GuestFields) throws(LabError) {
        badReads = try fields.unsigned("bad")
        samples = try fields.text("samples").split(separator: ",").compactMap { sample in
            let numbers = sample.split(separator: ":").compactMap { UInt64($0) }
            guard numbers.count >= 2 else { return nil }
            return Sample(time: numbers[0], reads: numbers[1], refaults: numbers.count > 2 ? numbers[2] : 0)
        }
    }

    /// Reads per second between two moments of guest time, or `nil` if the series does not cover them.
    public func rate(from start: UInt64, to end: UInt64) -> Double? {
        guard end > start, let first = reads(at: start), let last = reads(at: end) else { return nil }
        return (last - first) * 1e9 / Double(end - start)
    }

    /// Between two samples the rate is taken to be even.
    private func reads(at time: UInt64) -> Double? {
        guard let next = samples.firstIndex(where: { $0.time >= time }) else { return nil }
        let after = samples[next]
        guard next > 0 else { return after.time == time ? Double(after.reads) : nil }
        let before = samples[next - 1]
        let share = Double(time - before.time) / Double(after.time - before.time)
        return Double(before.reads) + Double(after.reads - before.reads) * share
    }
}
