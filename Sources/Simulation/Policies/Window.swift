/// The mean of the last few samples.
struct Window: Sendable {
    private var samples: [Double] = []
    private var position = 0
    private let count: Int

    init(_ count: Int) {
        self.count = max(1, count)
        samples.reserveCapacity(self.count)
    }

    mutating func add(_ sample: Double) {
        if samples.count < count {
            samples.append(sample)
        } else {
            samples[position] = sample
            position = (position + 1) % count
        }
    }

    /// 0 before the first sample.
    var mean: Double { samples.isEmpty ? 0 : samples.reduce(0, +) / Double(samples.count) }
}
