import Balloon
import BalloonDevice
import TestSupport
import Testing

/// Memory of huge pages: they go to the host when their last page comes.
@Suite struct BlockTests {
    @Test(
        "a huge page goes to the host when its last page is held, over any number of messages, in any order",
        arguments: SeededGenerator.seeds(10))
    func completes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bench = DeviceBench(pages: 8192, pagesPerBlock: 512)
        var order = Array(512..<1536 as Range<UInt32>)
        order.shuffle(using: &random)
        var sent: Set<UInt32> = []
        while !order.isEmpty {
            let message = order.suffix(Int(random.number(1...256)))
            order.removeLast(message.count)
            bench.sink.runs = []
            let whole = [1, 2].filter { block in (block * 512..<(block + 1) * 512).allSatisfy { sent.contains($0) } }
            bench.inflate(message)
            sent.formUnion(message)
            let now = [1, 2].filter { block in (block * 512..<(block + 1) * 512).allSatisfy { sent.contains($0) } }
            let new = now.filter { !whole.contains($0) }
            #expect(bench.sink.pages == new.flatMap { Array(UInt64($0) * 512..<UInt64($0 + 1) * 512) })
            #expect(bench.device.partialPages == UInt64(sent.count - now.count * 512))
        }
        #expect(bench.device.held.count == 1024 && bench.device.partialPages == 0)
    }

    @Test("a page that comes back into the balloon makes its huge page whole again")
    func again() {
        let bench = DeviceBench(pages: 8192, pagesPerBlock: 512)
        bench.inflate(512..<1024)
        #expect(bench.sink.runs == [PageRun(start: 512, count: 512)])
        bench.sink.runs = []
        bench.deflate([700])
        // The rest of the huge page is not the host's to have any more.
        #expect(bench.sink.back == [PageRun(start: 512, count: 512)])
        #expect(bench.device.partialPages == 511)
        bench.inflate([701, 702])
        #expect(bench.sink.runs.isEmpty)
        bench.inflate([700])
        #expect(bench.sink.runs == [PageRun(start: 512, count: 512)])
        #expect(bench.device.partialPages == 0)
    }

    @Test("what counts is where blocks lie in the file; parts of blocks at the ends are never given")
    func phase() {
        let bench = DeviceBench(pages: 100, pagesPerBlock: 16, phase: 10)
        bench.inflate(1..<100)
        #expect(bench.sink.runs == [PageRun(start: 6, count: 80)])
        #expect(bench.device.partialPages == 5 + 14)
        bench.deflate(1..<6)
        bench.deflate([99])
        #expect(bench.device.partialPages == 13)
    }

    @Test("a huge page with a ring in it stays")
    func ring() {
        let bench = DeviceBench(pages: 64, reserved: [PageRun(start: 20, count: 1)], pagesPerBlock: 16)
        bench.inflate(1..<64)
        #expect(bench.sink.runs == [PageRun(start: 32, count: 32)])
    }

    @Test("property: the count of pages in incomplete blocks is right", arguments: SeededGenerator.seeds(10))
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let phase: UInt64 = random.number(0...15)
        let bench = DeviceBench(pages: 200, pagesPerBlock: 16, phase: phase)
        for _ in 0..<200 {
            let start = UInt32(random.number(1...199))
            let run = start..<min(200, start + UInt32(random.number(1...40)))
            if random.number(0...2) > 0 { bench.inflate(run) } else { bench.deflate(run) }
            var partial = 0
            var page: UInt64 = 0
            while page < 200 {
                let inBlock = (page + phase) % 16
                let end = min(200, page + 16 - inBlock)
                let isWhole = inBlock == 0 && end - page == 16
                let held = (page..<end).count { bench.device.held.contains($0) }
                if !isWhole || held < 16 { partial += held }
                page = end
            }
            #expect(bench.device.partialPages == UInt64(partial))
            // Laid out anew it counts the same.
            let region = GuestLayout.Region(pages: PageRun(start: 0, count: 200), pagesPerBlock: 16, phase: phase)
            bench.device.setLayout(GuestLayout(regions: [region]))
            #expect(bench.device.partialPages == UInt64(partial))
        }
    }
}
