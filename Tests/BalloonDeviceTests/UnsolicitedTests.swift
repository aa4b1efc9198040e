import Balloon
import BalloonDevice
import Testing

/// Which deflations nobody asked for (DEFLATE_ON_OOM).
@Suite struct UnsolicitedTests {
    /// A guest that holds what it was asked for.
    private func settled(_ pages: UInt32 = 1000) -> DeviceBench {
        let bench = DeviceBench()
        bench.ask(pages)
        bench.inflate(1...pages)
        bench.writeActual()
        return bench
    }

    @Test("spec D8: pages taken below the target are counted apart, and the feature is seen to work")
    func outOfMemory() {
        let bench = settled()
        #expect(!bench.device.seen.contains(.deflateOnOOM))
        #expect(bench.deflate(745...1000) == 256)
        #expect(bench.device.counters.unsolicitedPages == 256)
        #expect(bench.device.counters.deflatedPages == 256)
        #expect(bench.device.seen.contains(.deflateOnOOM))
        #expect(bench.deflate(489...744) == 256)
    }

    @Test("spec D7: a driver without the feature is counted, too, but the feature is not seen to work")
    func withoutFeature() {
        let bench = DeviceBench(negotiating: .mustTellHost)
        bench.ask(100)
        bench.inflate(1...100)
        #expect(bench.deflate(1...10) == 10)
        #expect(!bench.device.seen.contains(.deflateOnOOM))
    }

    @Test("spec D5: pages down to the target are the driver's to take")
    func solicited() {
        let bench = settled()
        bench.ask(400)
        #expect(bench.deflate(401...1000) == 0)
        #expect(bench.deflate(391...400) == 10)
    }

    @Test(
        "drivers: Windows pops 512 pages, others round to 16 or 64 KiB: a message that begins above the target is a piece",
        arguments: [4, 16, 256, 512] as [UInt32])
    func pieces(size: UInt32) {
        let bench = settled(4096)
        bench.ask(4096 - 2 * size + 1)
        #expect(bench.deflate(1...size) == 0)
        #expect(bench.deflate(size + 1...2 * size) == 0, "it began above the target")
        #expect(bench.device.counters.unsolicitedPages == 0)
        #expect(bench.deflate(2 * size + 1...3 * size) == UInt64(size), "this one began below it")
    }

    @Test("a piece is judged by its message, in however many runs and steps it is taken")
    func pieceInSteps() {
        let bench = settled(8000)
        bench.ask(7999)
        // Every other page: 2000 runs, in two steps.
        #expect(bench.deflate((1...2000 as ClosedRange<UInt32>).map { 2 * $0 }) == 0)
        #expect(bench.deflate([1]) == 1)
    }

    @Test("once the balloon has come down, or where it was never to, going below the target is no piece")
    func noPiece() {
        let bench = settled(1008)
        bench.ask(500)
        bench.deflate(501...1008)
        bench.ask(1000)
        bench.inflate(501...1008)
        #expect(
            bench.deflate(753...1008) == 248, "a guest with large pages rests above the target, and runs out of memory")
    }

    @Test("drivers: a guest with pages of 64 KiB that migrates one at rest is alarming at once")
    func migrationAboveTheTarget() {
        let bench = DeviceBench()
        bench.ask(1001)
        bench.inflate(1...1016)
        bench.inflate(2001...2016)
        bench.deflate(1...16)
        #expect(bench.deflate(17...272) == 241)
    }

    @Test("drivers: nanos goes too far in units of 256 pages, and takes one back")
    func unitTooMuch() {
        let bench = DeviceBench()
        bench.ask(1000)
        for unit in 0..<4 as Range<UInt32> { bench.inflate(unit * 256 + 1...unit * 256 + 256) }
        bench.ask(1000)
        bench.inflate(1025...1280)
        #expect(bench.deflate(1025...1280) == 0)
        #expect(bench.deflate(769...1024) == 0, "it takes one more")
        #expect(bench.deflate(513...768) == 256)
    }

    @Test("deflating a page twice is not unsolicited")
    func twice() {
        let bench = settled()
        #expect(bench.deflate([5, 5]) == 1)
        #expect(bench.deflate([5, 5]) == 0)
    }

    @Test("a driver that never read a target was asked for nothing")
    func neverRead() {
        let bench = DeviceBench()
        bench.device.setTarget(1000)
        bench.inflate(1...500)
        #expect(bench.deflate(1...500) == 0)
    }

    @Test("a raised target counts from the moment it is read, a lowered one at once")
    func notReadYet() {
        let bench = settled()
        bench.device.setTarget(2000)
        bench.inflate(1001...1500)
        #expect(bench.deflate(1001...1500) == 0, "the driver still acts on the old target")
        bench.device.setTarget(300)
        #expect(bench.deflate(301...1000) == 0)
        bench.device.setTarget(300)
        bench.inflate(301...400)
        bench.device.setTarget(400)
        #expect(bench.deflate(301...400) == 100, "a raise up to what it has read before is in force")
    }

    @Test("reading another field is not reading the target")
    func otherField() {
        let bench = DeviceBench()
        bench.device.setTarget(100)
        var word: UInt32 = 0
        withUnsafeMutableBytes(of: &word) { bench.device.readConfiguration(offset: 4, into: $0) }
        bench.inflate(1...100)
        #expect(bench.deflate(1...100) == 0)
    }

    @Test("drivers: nanos and Windows overshoot, then take back what is too much")
    func overshoot() {
        let bench = DeviceBench()
        bench.ask(1000)
        bench.inflate(1...1400)
        #expect(bench.deflate(1...200) == 0)
        #expect(bench.deflate(201...400) == 0)
        #expect(bench.deflate(401...450) == 50)
    }

    @Test("drivers: compaction inflates a new page, then deflates the old one: no alarm")
    func migration() {
        let bench = settled()
        bench.deflate(901...1000)  // below the target, so that only the pair itself excuses
        for page in 1...50 as ClosedRange<UInt32> {
            #expect(bench.inflate([2000 + page]) == 0)
            #expect(bench.deflate([page]) == 0)
        }
        #expect(bench.device.held.count == 900)
        #expect(bench.deflate([51]) == 1, "one page alone is an alarm")
    }

    @Test(
        "drivers: a guest with pages of 16 or 64 KiB migrates 4 or 16 page numbers at once",
        arguments: [4, 16] as [UInt32])
    func migrationOfLargePages(size: UInt32) {
        let bench = settled(1600)
        bench.deflate(1585...1600)
        for index in 0..<10 as Range<UInt32> {
            let (new, old) = (3200 + index * size, 1 + index * size)
            #expect(bench.inflate(new..<new + size) == 0)
            #expect(bench.deflate(old..<old + size) == 0)
        }
        #expect(bench.deflate(200..<200 + size) == UInt64(size))
    }

    @Test("migrations above the target leave nothing that excuses a later deflation")
    func unusedCredit() {
        let bench = settled()
        for page in 1...50 as ClosedRange<UInt32> {
            bench.inflate([2000 + page])
            bench.deflate([page])
        }
        for page in 51...60 as ClosedRange<UInt32> { #expect(bench.deflate([page]) == 1) }
    }

    @Test("a single page that was only inflated excuses nothing once `actual` is written")
    func singleInflation() {
        let bench = settled()
        bench.inflate([2000])
        bench.writeActual()
        bench.ask(1001)
        #expect(bench.deflate([1]) == 1)
    }

    @Test("what migrates is as large as what came in: a bulk deflation is none")
    func notAPair() {
        let bench = settled()
        bench.deflate(901...1000)
        bench.inflate([2000])
        #expect(bench.deflate(1...256) == 256)
    }
}
