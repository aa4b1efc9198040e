/// Troubles of a guest in a row: each makes the next pause longer.
struct Troubles: Sendable, Codable {
    private(set) var count = 0
    private var last: Instant?

    /// Counts one more.
    ///
    /// - Returns: how long the balloon is to be left alone.
    mutating func add(_ moment: Moment) -> TimeSpan {
        let growth = moment.terms.pauseGrowth
        if let last, moment.now - last > PauseFigures.forgiveAfter + pause(growth) { count = 0 }
        if moment.terms.isForgiven { count = 0 }
        count += 1
        last = moment.now
        return pause(growth)
    }

    /// The next one counts as the first.
    mutating func forgive() { count = 0 }

    private func pause(_ growth: UInt64) -> TimeSpan {
        var pause = PauseFigures.first
        for _ in 0..<max(0, count - 1) where pause < PauseFigures.longest { pause = growth * pause }
        return min(pause, PauseFigures.longest)
    }
}
