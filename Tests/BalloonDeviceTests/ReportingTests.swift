import Balloon
import BalloonDevice
import TestSupport
import Testing

@Suite struct ReportingTests {
    @Test("spec V13: reported pages are given to the host, and are not held")
    func report() {
        let bench = DeviceBench()
        bench.report([(4 << 20, 4 << 20), (64 << 20, 4 << 20)])
        #expect(bench.sink.runs == [PageRun(start: 1024, count: 1024), PageRun(start: 16384, count: 1024)])
        #expect(bench.device.held.count == 0)
        #expect(bench.device.counters.reportedBytes == 8 << 20)
        #expect(bench.device.counters.messages == 1)
        #expect(bench.device.seen == .pageReporting)
    }

    @Test("spec V14: with a poison value other than zero a report is acknowledged and nothing is discarded")
    func poisoned() {
        let bench = DeviceBench(negotiating: DeviceBench.allFeatures)
        bench.device.stop()
        bench.write(0xaaaa_aaaa, at: BalloonConfiguration.Offset.poisonValue)
        bench.device.startFresh()
        #expect(bench.report([(0, 4 << 20)]) == 1)
        #expect(bench.sink.runs.isEmpty)
        #expect(bench.device.counters.reportedBytes == 4 << 20)
    }

    @Test("spec V14: a poison value of zero is what a discard leaves")
    func poisonedWithZero() {
        let bench = DeviceBench(negotiating: DeviceBench.allFeatures)
        bench.report([(0, 4096)])
        #expect(bench.sink.runs == [PageRun(start: 0, count: 1)])
    }

    @Test("spec V14: a poison value that another driver left behind counts only if it was negotiated")
    func poisonNotNegotiated() {
        let bench = DeviceBench()
        bench.device.stop()
        bench.write(0xaaaa_aaaa, at: BalloonConfiguration.Offset.poisonValue)
        bench.device.startFresh()
        bench.report([(0, 4096)])
        #expect(bench.sink.runs.count == 1)
    }

    @Test("robustness: what is not aligned is cut inward to whole pages")
    func inward() {
        let bench = DeviceBench()
        bench.report([(1, 4095), (4095, 4097), (8193, 8190), (12287, 8194), (40960, 100)])
        #expect(bench.sink.runs == [PageRun(start: 1, count: 1), PageRun(start: 3, count: 2)])
    }

    @Test("robustness: a report across regions, rings and the end of memory keeps to what is memory")
    func clipped() {
        let bench = DeviceBench()
        bench.device.setLayout(
            GuestLayout(
                memory: [PageRun(start: 0, count: 100), PageRun(start: 200, count: 100)],
                reserved: [PageRun(start: 50, count: 1)]))
        bench.report([(0, 1 << 21)])
        #expect(
            bench.sink.runs == [
                PageRun(start: 0, count: 50), PageRun(start: 51, count: 49), PageRun(start: 200, count: 100),
            ])
        #expect(bench.device.counters.badPages == 512 - 199)
    }

    @Test(
        "robustness: addresses that wrap around or lie beyond all memory are nothing",
        arguments: [.max, .max - 4095, .max - 4094, 1 << 63, (1 << 44) - 4096, 1 << 44, 1 << 52] as [UInt64])
    func farAway(address: UInt64) {
        let bench = DeviceBench()
        for length in [0, 1, 4096, 1 << 31, .max] as [UInt32] { bench.report([(address, length)]) }
        #expect(bench.sink.runs.isEmpty)
        #expect(bench.device.counters.reportedBytes == 0)
    }

    @Test("an empty report is done", arguments: [0, 1])
    func empty(count: Int) {
        let bench = DeviceBench()
        #expect(bench.report(Array(repeating: (0, 0), count: count)) == 1)
    }

    @Test("robustness: a long report is taken in steps, and so is a long buffer")
    func steps() {
        let bench = DeviceBench()
        #expect(bench.report((0..<100).map { ($0 * 8192, 4096) }) == 1)
        #expect(bench.sink.runs.count == 100)
        #expect(bench.report([(0, 40 << 20)]) == 3)
        #expect(bench.report((0..<32).map { ($0 << 22, 4 << 20) }) == 8, "Linux' largest report, 128 MiB")
        #expect(bench.device.counters.messages == 3)
    }
}
