import Balloon
import BalloonDevice
import TestSupport
import Testing
import Virtio

/// A driver that sends anything in any order, against a model of what the device may count and give away.
@Suite struct HostileDriverTests {
    private static let pages: UInt64 = 600
    private static let hole: Range<UInt64> = 250..<300

    /// What the device should hold, and what it may touch.
    private struct Model {
        var held: Set<UInt64> = []
        var memory: Set<UInt64> = []
        var reserved: Set<UInt64> = []
        var allowed: Set<UInt64> { memory.subtracting(reserved) }
    }

    @Test(
        "property: whatever a driver sends, what is held is what it gave, and nothing else is discarded",
        arguments: SeededGenerator.seeds(20))
    func anything(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bench = DeviceBench()
        var model = Model()
        lay(bench, &model, &random)
        for _ in 0..<300 {
            act(bench, &model, &random)
            let held = bench.device.held
            #expect(held.count == UInt64(model.held.count))
            #expect(held.count <= UInt64(model.memory.count))
            #expect(bench.device.counters.inflatedPages >= bench.device.counters.deflatedPages)
            let stray = Set(bench.sink.pages).subtracting(model.allowed)
            #expect(stray.isEmpty, "discarded outside memory, or pages of a ring")
            bench.sink.runs = []
        }
        #expect(bench.heldPages(of: 1000) == model.held.sorted())
    }

    private func act(_ bench: DeviceBench, _ model: inout Model, _ random: inout SeededGenerator) {
        switch random.number(0...19) {
        case 0...5:
            let pages = message(&random)
            let unsolicited = bench.inflate(pages, cuts: cuts(&random))
            #expect(unsolicited == 0)
            model.held.formUnion(model.allowed.intersection(pages.map(UInt64.init)).subtracting([0]))
        case 6...10:
            let pages = message(&random)
            let before = UInt64(model.held.count)
            let gone = model.held.intersection(model.allowed).intersection(pages.map(UInt64.init)).subtracting([0])
            let unsolicited = bench.deflate(pages, cuts: cuts(&random))
            model.held.subtract(gone)
            #expect(unsolicited <= UInt64(gone.count))
            #expect(before - unsolicited >= UInt64(model.held.count))
        case 11:
            bench.report(
                (0..<random.number(0...40)).map { _ in
                    (random.pick([random.number(0...1000 * 4096), .max - 4095]), random.number(0...200_000))
                })
        case 12: bench.device.setTarget(random.number(0...800))
        case 13: _ = bench.readTarget()
        case 14: scribble(bench, &random)
        case 15:
            _ = bench.startHinting()
            hint(bench, &random)
        case 16: hint(bench, &random)
        case 17: statistics(bench, &random)
        case 18:
            if random.oneIn(3) { lay(bench, &model, &random) }
        default: live(bench, &model, &random)
        }
    }

    private func message(_ random: inout SeededGenerator) -> [UInt32] {
        let count = random.pick([1, 1, 2, 16, 100, 1024, 1500])
        let start = random.number(0...700 as ClosedRange<UInt32>)
        return (0..<count).map { index in
            switch random.number(0...9) {
            case 0: 0
            case 1: random.pick([.max, 1 << 20, 1 << 31])
            case 2...5: start + UInt32(index % 64)
            default: random.number(0...800)
            }
        }
    }

    private func cuts(_ random: inout SeededGenerator) -> [Int] {
        (0..<random.number(0...5)).map { _ in random.number(0...50) }
    }

    /// Memory with a hole, and rings somewhere; sometimes less memory than before.
    private func lay(_ bench: DeviceBench, _ model: inout Model, _ random: inout SeededGenerator) {
        let end = random.pick([Self.pages, 400, 310])
        let memory = [
            PageRun(start: 0, count: Self.hole.lowerBound),
            PageRun(start: Self.hole.upperBound, count: end - Self.hole.upperBound),
        ]
        let reserved = (0..<3).map { _ in PageRun(start: random.number(0...end), count: random.number(1...4)) }
        bench.device.setLayout(GuestLayout(memory: memory, reserved: reserved))
        model.memory = Set(memory.flatMap { $0.start..<$0.end })
        model.reserved = Set(reserved.flatMap { $0.start..<$0.end })
        model.held.formIntersection(model.memory)
    }

    private func scribble(_ bench: DeviceBench, _ random: inout SeededGenerator) {
        let bytes = (0..<random.number(0...20)).map { _ in random.number(0...255 as ClosedRange<UInt8>) }
        let target = bench.device.target
        bytes.withUnsafeBytes { bench.device.writeConfiguration(offset: random.number(0...20), bytes: $0) }
        #expect(bench.device.target == target)
    }

    private func hint(_ bench: DeviceBench, _ random: inout SeededGenerator) {
        let id = random.pick([0, 1, bench.device.configuration.freePageHintCommandID, random.number(0...9)])
        let chain: DescriptorChain =
            random.oneIn(2)
            ? bench.chain(of: withUnsafeBytes(of: id.littleEndian, Array.init))
            : DescriptorChain(
                head: 0, buffers: [.init(address: 0, length: random.number(0 ... .max), isDeviceWritable: true)])
        _ = bench.device.hint(chain, memory: bench.memory)
        #expect(bench.device.configuration.freePageHintCommandID != 1 || bench.device.hinting.state == .idle)
    }

    private func statistics(_ bench: DeviceBench, _ random: inout SeededGenerator) {
        let bytes = (0..<random.number(0...200)).map { _ in random.number(0...255 as ClosedRange<UInt8>) }
        let held = bench.device.statistics.heldBuffer
        let result = bench.device.takeStatistics(
            bench.chain(of: bytes, head: random.number(0...7)), memory: bench.memory)
        #expect(result.surplus == held, "no buffer is kept besides the newest")
        if random.oneIn(2) { _ = bench.device.requestStatistics() }
    }

    private func live(_ bench: DeviceBench, _ model: inout Model, _ random: inout SeededGenerator) {
        bench.device.stop()
        switch random.number(0...3) {
        case 0:
            bench.device.startFresh()
            model.held = []
        case 1:
            bench.device.forgetDriver()
            bench.device.negotiate(BalloonFeatures(rawValue: random.number(0...63)))
            bench.device.startFresh()
            model.held = []
        default: bench.device.resume()
        }
    }
}
