import Balloon
import BalloonDevice
import Testing

@Suite struct LifeTests {
    @Test("robustness: a reset clears the bitmap and `actual`; the target stays ours")
    func reset() {
        let bench = DeviceBench()
        bench.ask(500)
        bench.inflate(1...400)
        bench.writeActual()
        bench.device.stop()
        #expect(bench.device.isRunning == false)
        #expect(bench.device.held.count == 400, "whether it is gone or paused shows at the next start")
        bench.device.startFresh()
        #expect(bench.device.isRunning == true)
        #expect(bench.device.held.count == 0)
        #expect(bench.device.reported == 0)
        #expect(bench.device.target == 500)
        bench.inflate(1...100)
        #expect(bench.deflate(1...100) == 0, "the new driver has not read the target")
    }

    @Test("a pause keeps the balloon, `actual` and what the driver knows")
    func pause() {
        let bench = DeviceBench()
        bench.ask(500)
        bench.inflate(1...400)
        bench.writeActual()
        bench.device.stop()
        bench.device.resume()
        #expect(bench.device.isRunning == true)
        #expect(bench.device.held.count == 400)
        #expect(bench.device.reported == 400)
        #expect(bench.deflate(1...10) == 10)
    }

    @Test("held pages that are no memory any more are forgotten")
    func memoryGoes() {
        let bench = DeviceBench()
        bench.inflate(1...4000)
        bench.device.setLayout(
            GuestLayout(memory: [PageRun(start: 3000, count: 500), PageRun(start: 1000, count: 1000)]))
        #expect(bench.heldPages() == Array(1000..<2000) + Array(3000..<3500))
        #expect(bench.device.held.count == 1500)
        bench.device.setLayout(GuestLayout())
        #expect(bench.device.held.count == 0)
        bench.inflate(1...10)
        #expect(bench.device.held.count == 0)
    }

    @Test("a layout that stays leaves the balloon as it is")
    func memoryStays() {
        let bench = DeviceBench()
        bench.inflate(1...4000)
        bench.device.setLayout(
            GuestLayout(
                memory: [PageRun(start: 0, count: 65536), PageRun(start: 1 << 20, count: 10)],
                reserved: [PageRun(start: 60000, count: 3)]))
        #expect(bench.device.held.count == 4000)
    }
}
