internal import Balloon
internal import Virtio

extension BalloonDriver where Transport: ~Copyable, Clock: ~Copyable {
    /// Makes the one buffer of statistics available, freshly filled: at first, and whenever the device has used it
    /// (spec D16 to D19).
    mutating func sendStatistics(_ pages: borrowing some PageSource & ~Copyable, notifies: Bool = true) {
        guard negotiated.contains(.statistics), queues[QueueRole.statistics.rawValue] != nil,
            let area = memory.shared.part(at: DriverMemory.statisticsOffset, count: BalloonStatistics.encodedLimit)
        else { return }
        let set = filtered(pages.statistics())
        let bytes = UnsafeMutableRawBufferPointer(start: area.base, count: area.count)
        let length = set.encode(into: bytes)
        let buffer = DescriptorChain.Buffer(
            address: area.address, length: UInt32(truncatingIfNeeded: length), isDeviceWritable: false)
        guard length > 0, add(.statistics, buffer, token: 0) else { return }
        counters.statisticsSets += 1
        if notifies { kick(.statistics) }
    }

    /// The same subset in every buffer (spec D23): that of the first.
    private mutating func filtered(_ set: BalloonStatistics) -> BalloonStatistics {
        guard let subset = statisticsSubset else {
            statisticsSubset = set
            return set
        }
        var result = BalloonStatistics()
        var rawTag: UInt16 = 0
        while let tag = StatisticsTag(rawValue: rawTag) {
            if let last = subset[tag] { result[tag] = set[tag] ?? last }
            rawTag += 1
        }
        statisticsSubset = result
        return result
    }
}
