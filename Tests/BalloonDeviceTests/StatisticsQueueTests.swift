import Balloon
import BalloonDevice
import TestSupport
import Testing
import Virtio

@Suite struct StatisticsQueueTests {
    /// A driver's buffer with one entry: free memory.
    private func buffer(_ bench: DeviceBench, free: UInt64, head: UInt16) -> DescriptorChain {
        let bytes =
            withUnsafeBytes(of: StatisticsTag.freeMemory.rawValue.littleEndian, Array.init)
            + withUnsafeBytes(of: free.littleEndian, Array.init)
        return bench.chain(of: bytes, cuts: [1, 5], head: head)
    }

    private func take(_ bench: DeviceBench, _ chain: DescriptorChain) -> (StatisticsExchange.Arrival, UInt16?) {
        let (arrival, surplus) = bench.device.takeStatistics(chain, memory: bench.memory)
        return (arrival, surplus)
    }

    private func request(_ bench: DeviceBench) -> UInt16? { bench.device.requestStatistics() }

    @Test("spec D17, D18: the buffer is held; to return it is the request; the next one is the answer")
    func course() {
        let bench = DeviceBench()
        #expect(request(bench) == nil, "the driver has given none")
        _ = take(bench, buffer(bench, free: 1, head: 5))
        #expect(bench.device.statistics.heldBuffer == 5)
        #expect(request(bench) == 5)
        #expect(bench.device.statistics.isAwaited)
        #expect(request(bench) == nil)
        #expect(take(bench, buffer(bench, free: 2, head: 6)) == (.statistics, nil))
        #expect(!bench.device.statistics.isAwaited)
        #expect(bench.device.statistics.latest?[.freeMemory] == 2)
        #expect(bench.device.counters.statisticsSets == 1)
        #expect(bench.device.seen == .statistics)
    }

    @Test("spec L7: the first buffer's values are ignored; to return it asks for better ones")
    func first() {
        let bench = DeviceBench()
        #expect(take(bench, buffer(bench, free: 1, head: 0)) == (.first, nil))
        #expect(bench.device.statistics.latest == nil)
        #expect(bench.device.seen.isEmpty)
        #expect(request(bench) == 0)
    }

    @Test("spec D16: of two buffers the older is returned")
    func two() {
        let bench = DeviceBench()
        _ = take(bench, buffer(bench, free: 1, head: 3))
        #expect(take(bench, buffer(bench, free: 2, head: 4)) == (.statistics, 3))
        #expect(bench.device.statistics.heldBuffer == 4)
    }

    @Test("robustness: a huge buffer is looked at up to a bound", arguments: [1020, 1030, 65536])
    func huge(size: Int) {
        let bench = DeviceBench()
        _ = take(bench, buffer(bench, free: 1, head: 0))
        let entries = (0..<size / 10 + 1).flatMap { index -> [UInt8] in
            withUnsafeBytes(of: UInt16(4).littleEndian, Array.init)
                + withUnsafeBytes(of: UInt64(index).littleEndian, Array.init)
        }
        #expect(take(bench, bench.chain(of: Array(entries[..<size]))) == (.statistics, 0))
        #expect(bench.device.statistics.latest?[.freeMemory] == 101, "102 entries count")
        let bytesRead = bench.memory.reads.reduce(0) { $0 + $1.count }
        #expect(bytesRead <= 10 + 1024)
    }

    @Test("robustness: a buffer that cannot be read, or holds nothing known, is held like any other, and tells nothing")
    func useless() {
        let bench = DeviceBench()
        _ = take(bench, buffer(bench, free: 1, head: 0))
        _ = take(bench, buffer(bench, free: 2, head: 1))
        let outside = DescriptorChain(head: 2, buffers: [.init(address: 1 << 40, length: 10, isDeviceWritable: false)])
        #expect(take(bench, outside) == (.first, 1))
        #expect(bench.device.statistics.heldBuffer == 2)
        #expect(bench.device.counters.unreadable == 1)
        #expect(take(bench, bench.chain(of: [], head: 3)) == (.first, 2))
        #expect(bench.device.statistics.latest?[.freeMemory] == 2, "the newest real set stays")
        #expect(bench.device.counters.statisticsSets == 1)
        #expect(request(bench) == 3)
    }

    @Test("a buffer held over a pause comes again with old values: it is no answer")
    func pauseWithBuffer() {
        let bench = DeviceBench()
        _ = take(bench, buffer(bench, free: 1, head: 0))
        _ = take(bench, buffer(bench, free: 2, head: 1))
        bench.device.stop()
        bench.device.resume()
        #expect(bench.device.statistics.heldBuffer == nil)
        #expect(take(bench, buffer(bench, free: 2, head: 1)) == (.first, nil))
        #expect(bench.device.statistics.latest?[.freeMemory] == 2)
        #expect(request(bench) == 1)
        #expect(take(bench, buffer(bench, free: 3, head: 2)) == (.statistics, nil))
    }

    @Test("an answer that comes after a pause is an answer")
    func pauseWhileAwaited() {
        let bench = DeviceBench()
        _ = take(bench, buffer(bench, free: 1, head: 0))
        #expect(request(bench) == 0)
        bench.device.stop()
        bench.device.resume()
        #expect(!bench.device.statistics.isAwaited)
        #expect(take(bench, buffer(bench, free: 2, head: 0)) == (.statistics, nil))
    }

    @Test("robustness: a reset drops the held buffer and what the last driver said")
    func reset() {
        let bench = DeviceBench()
        _ = take(bench, buffer(bench, free: 1, head: 0))
        _ = take(bench, buffer(bench, free: 2, head: 1))
        bench.device.stop()
        bench.device.startFresh()
        #expect(request(bench) == nil)
        #expect(bench.device.statistics.latest == nil)
        #expect(take(bench, buffer(bench, free: 9, head: 1)).0 == .first)
    }
}
