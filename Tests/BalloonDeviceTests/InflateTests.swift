import Balloon
import BalloonDevice
import TestSupport
import Testing
import Virtio

@Suite struct InflateTests {
    @Test("spec V2: inflated pages are held and given to the host before the request is acknowledged")
    func inflate() {
        let bench = DeviceBench()
        bench.ask(512)
        #expect(bench.inflate((256..<512).reversed()) == 0)
        #expect(bench.device.held.count == 256)
        #expect(bench.sink.runs == [PageRun(start: 256, count: 256)])
        #expect(bench.device.counters.inflatedPages == 256)
        #expect(bench.device.counters.messages == 1)
        #expect(bench.device.reported == 0, "what the driver says is another number")
    }

    @Test("spec V3: a deflation touches no memory")
    func deflate() {
        let bench = DeviceBench()
        bench.inflate(1...256)
        bench.sink.runs = []
        #expect(bench.deflate(1...100) == 0)
        #expect(bench.sink.runs.isEmpty)
        #expect(bench.device.held.count == 156)
        #expect(bench.device.counters.deflatedPages == 100)
    }

    @Test("a message of no numbers is done at once")
    func empty() {
        let bench = DeviceBench()
        #expect(bench.inflate([] as [UInt32]) == 0)
        #expect(bench.inflate(DescriptorChain()) == 0)
        #expect(bench.deflate(DescriptorChain()) == 0)
        #expect(bench.device.counters.messages == 3)
    }

    @Test("robustness: a page that comes twice is counted once, and may be discarded again")
    func twice() {
        let bench = DeviceBench()
        bench.inflate([5, 6, 5, 5])
        bench.inflate([6, 7])
        #expect(bench.device.held.count == 3)
        #expect(bench.device.counters.inflatedPages == 3)
        #expect(bench.device.counters.repeatedPages == 1)
        #expect(Set(bench.sink.pages) == [5, 6, 7])
    }

    @Test("robustness: pages outside memory and pages of rings are ignored and counted")
    func badPages() {
        let bench = DeviceBench(pages: 1000, reserved: [PageRun(start: 10, count: 2)])
        bench.inflate([8, 9, 10, 11, 12, 998, 999, 1000, 1001, .max, 1 << 20])
        #expect(bench.heldPages() == [8, 9, 12, 998, 999])
        #expect(bench.sink.runs.map(\.start) == [8, 12, 998])
        #expect(bench.device.counters.badPages == 6)
        bench.deflate([10, 11, 2000])
        #expect(bench.device.counters.badPages == 9)
        #expect(bench.device.counters.repeatedPages == 0)
    }

    @Test("robustness: deflated pages that were never inflated change nothing")
    func neverInflated() {
        let bench = DeviceBench()
        bench.ask(100)
        bench.inflate(1...100)
        #expect(bench.deflate(1000...1100) == 0)
        #expect(bench.device.held.count == 100)
        #expect(bench.device.counters.deflatedPages == 0)
        #expect(bench.device.counters.repeatedPages == 101)
    }

    @Test("drivers: Windows' entries of eight bytes; their upper halves are not page 0")
    func windows() {
        let bench = DeviceBench()
        bench.inflate((1...512).flatMap { [$0, 0] as [UInt32] })
        #expect(bench.device.held.count == 512)
        #expect(!bench.device.held.contains(0))
        #expect(bench.device.counters.zeroEntries == 512)
        #expect(bench.device.counters.badPages == 0)
        bench.deflate((1...512).flatMap { [$0, 0] as [UInt32] })
        #expect(bench.device.held.count == 0)
    }

    @Test(
        "robustness: a long message is taken in steps, so that others get their turn",
        arguments: [1023, 1024, 1025, 5000])
    func steps(count: UInt32) {
        let bench = DeviceBench()
        bench.inflate(1...count)
        #expect(bench.device.held.count == UInt64(count))
        #expect(bench.stepCount == Int(count) / BalloonDevice.pagesPerStep + 1)
        #expect(bench.device.counters.messages == 1)
        bench.ask(UInt32(bench.device.held.count))
        #expect(bench.deflate(1...count) == UInt64(count), "what is unsolicited adds up over the steps")
        #expect(bench.device.held.count == 0)
    }

    @Test("robustness: entries that are cut between descriptors", arguments: SeededGenerator.seeds(20))
    func cutEntries(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bench = DeviceBench()
        let pages = (0..<random.number(1...1500)).map { _ in random.number(1...65535 as ClosedRange<UInt32>) }
        let cuts = (0..<random.number(0...60)).map { _ in random.number(0...40) }
        bench.inflate(pages, cuts: cuts)
        #expect(bench.heldPages() == Set(pages).sorted().map(UInt64.init))
    }

    @Test("robustness: a rest of less than four bytes is no page", arguments: 1...3)
    func rest(count: Int) {
        let bench = DeviceBench()
        bench.inflate(bench.chain(of: bench.bytes(of: [7]) + [UInt8](repeating: 1, count: count)))
        #expect(bench.heldPages() == [7])
    }

    @Test(
        "robustness: what cannot be read is done, so that it is returned",
        arguments: [1 << 20, (1 << 20) - 2, .max - 1] as [UInt64])
    func unreadable(address: UInt64) {
        let bench = DeviceBench()
        let chain = DescriptorChain(
            head: 3, buffers: [.init(address: address, length: 4, isDeviceWritable: false)])
        #expect(bench.inflate(chain) == 0)
        #expect(bench.deflate(chain) == 0)
        #expect(bench.device.counters.unreadable == 2)
        #expect(bench.device.counters.messages == 2)
        #expect(bench.device.held.count == 0)
    }

    @Test("robustness: buffers that the device may write carry no page numbers")
    func writableBuffers() {
        let bench = DeviceBench()
        let chain = DescriptorChain(head: 0, buffers: [.init(address: 0, length: 4096, isDeviceWritable: true)])
        bench.memory.store(77 as UInt32, at: 0)
        bench.inflate(chain)
        #expect(bench.device.held.count == 0)
        #expect(bench.memory.reads.isEmpty)
    }
}
