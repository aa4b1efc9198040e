/// A working set that is thrown out of the page cache and read in again.
extension ReadSeries {
    /// The time since which more than `rate` pages a second that had been thrown out were read in again, without half a
    /// second's pause, up to `end`; `nil` if they are not at `end`.
    public func thrashing(until end: UInt64, above rate: Double) -> UInt64? {
        let window = 5  // half a second
        // A guest on its knees takes its samples late: the first one after the end belongs to it.
        guard var last = samples.firstIndex(where: { $0.time >= end }) ?? samples.indices.last else { return nil }
        var first: Int?
        while last >= window {
            let (before, after) = (samples[last - window], samples[last])
            let pages = Double(after.refaults - min(before.refaults, after.refaults))
            guard pages * 1e9 > rate * Double(after.time - before.time) else { break }
            first = last - window
            last -= 1
        }
        guard var first else { return nil }
        // The first of these windows may begin with time in which all was well.
        while first + 1 < samples.count, samples[first + 1].refaults == samples[first].refaults { first += 1 }
        return samples[first].time
    }

    /// The time at which the first page was read in that had been thrown out while the reader ran.
    public var firstRefault: UInt64? {
        zip(samples, samples.dropFirst()).first { $1.refaults > $0.refaults }?.0.time
    }

    /// The first moment from `start` on after which the guest read at `rate` or faster for three tenths of a second.
    public func reading(at rate: Double, from start: UInt64) -> UInt64? {
        samples.indices.dropLast(3).first { index in
            let (from, to) = (samples[index], samples[index + 3])
            return from.time >= start && (self.rate(from: from.time, to: to.time) ?? 0) >= rate
        }.map { samples[$0].time }
    }
}
