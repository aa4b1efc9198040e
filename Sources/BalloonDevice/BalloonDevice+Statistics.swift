internal import Balloon
public import Virtio

extension BalloonDevice {
    /// Bytes of a statistics buffer that are looked at: 102 entries, many more than there are tags.
    static let statisticsLimit = 1024

    /// Asks for statistics.
    ///
    /// - Returns: the head of the buffer that is to be returned with length 0, or `nil` while the driver has given none.
    public mutating func requestStatistics() -> UInt16? {
        statistics.request()
    }

    /// Takes in a buffer of the statistics queue, and holds it until ``requestStatistics()``.
    ///
    /// - Returns: what it was, and a buffer that is to be returned at once, if the driver had given two.
    public mutating func takeStatistics(
        _ chain: borrowing DescriptorChain, memory: borrowing some GuestMemory & ~Copyable
    ) -> (arrival: StatisticsExchange.Arrival, surplus: UInt16?) {
        var set = BalloonStatistics()
        withUnsafeTemporaryAllocation(byteCount: Self.statisticsLimit, alignment: 8) { buffer in
            var reader = ChainReader()
            do throws(GuestMemoryError) {
                let filled = try reader.read(chain, from: memory, into: buffer)
                set.decode(UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
            } catch {
                counters.unreadable += 1
            }
        }
        counters.messages += 1
        let result = statistics.arrive(head: chain.head, set: set)
        if result.arrival == .statistics {
            counters.statisticsSets += 1
            seen.insert(.statistics)
        }
        return result
    }
}
