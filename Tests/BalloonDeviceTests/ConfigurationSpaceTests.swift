import Balloon
import BalloonDevice
import Testing

@Suite struct ConfigurationSpaceTests {
    private typealias Offset = BalloonConfiguration.Offset

    private func read(_ bench: DeviceBench, _ offset: Int, _ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xee, count: count)
        bytes.withUnsafeMutableBytes { bench.device.readConfiguration(offset: offset, into: $0) }
        return bytes
    }

    @Test("spec L2, wire facts: what the driver reads")
    func read() {
        let bench = DeviceBench()
        bench.device.setTarget(0x0403_0201)
        bench.write(0x0807_0605, at: Offset.actual)
        #expect(read(bench, 0, 8) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(read(bench, 2, 4) == [3, 4, 5, 6])
        #expect(read(bench, 0, 300).dropFirst(16).allSatisfy { $0 == 0 })
        #expect(read(bench, 1 << 40, 4) == [0, 0, 0, 0])
        #expect(read(bench, .max, 4) == [0, 0, 0, 0])
        #expect(read(bench, -2, 4) == [0, 0, 1, 2])
    }

    @Test("spec D14: `actual` is stored and read back, and stays a claim")
    func actual() {
        let bench = DeviceBench()
        bench.inflate(1...10)
        bench.write(12345, at: Offset.actual)
        #expect(bench.device.reported == 12345)
        #expect(bench.device.held.count == 10)
        #expect(read(bench, Offset.actual, 4) == [0x39, 0x30, 0, 0])
    }

    @Test("spec L5: `actual` may come byte by byte")
    func bytewise() {
        let bench = DeviceBench()
        for (index, byte) in ([0x11, 0x22, 0x33, 0x44] as [UInt8]).enumerated() {
            [byte].withUnsafeBytes { bench.device.writeConfiguration(offset: Offset.actual + index, bytes: $0) }
        }
        #expect(bench.device.reported == 0x4433_2211)
        ([0xaa, 0xbb] as [UInt8]).withUnsafeBytes {
            bench.device.writeConfiguration(offset: Offset.actual + 1, bytes: $0)
        }
        #expect(bench.device.reported == 0x44bb_aa11)
    }

    @Test("robustness: `num_pages` and the command id are ours")
    func readOnly() {
        let bench = DeviceBench()
        bench.device.setTarget(77)
        #expect(bench.startHinting())
        let id = bench.device.configuration.freePageHintCommandID
        let all = [UInt8](repeating: 0xff, count: 32)
        all.withUnsafeBytes { bench.device.writeConfiguration(offset: 0, bytes: $0) }
        #expect(bench.device.target == 77)
        #expect(bench.device.configuration.freePageHintCommandID == id)
        #expect(bench.device.reported == .max, "the same write meets `actual`")
    }

    @Test("robustness: writes outside are ignored", arguments: [16, 100, Int.max, -4])
    func outside(offset: Int) {
        let bench = DeviceBench()
        let before = bench.device.configuration
        bench.write(.max, at: offset)
        #expect(bench.device.configuration == before)
    }

    @Test("spec D35, D36: poison_val counts before DRIVER_OK, and not after")
    func poison() {
        let bench = DeviceBench()
        bench.write(0xaaaa_aaaa, at: Offset.poisonValue)
        #expect(bench.device.configuration.poisonValue == 0)
        bench.device.stop()
        bench.write(0xaaaa_aaaa, at: Offset.poisonValue)
        #expect(bench.device.configuration.poisonValue == 0xaaaa_aaaa)
        #expect(bench.device.seen.contains(.pagePoison))
        bench.device.startFresh()
        bench.write(0, at: Offset.poisonValue)
        #expect(bench.device.configuration.poisonValue == 0xaaaa_aaaa)
        bench.device.forgetDriver()
        #expect(bench.device.configuration.poisonValue == 0)
        #expect(bench.device.negotiated.isEmpty)
    }

    @Test("poison_val does not exist without its feature")
    func poisonNotOffered() {
        let bench = DeviceBench(offering: .mustTellHost)
        bench.device.stop()
        bench.write(0xaaaa_aaaa, at: Offset.poisonValue)
        #expect(bench.device.configuration.poisonValue == 0)
    }

    @Test("spec V1, D1: a driver accepts what was offered, and nothing else")
    func negotiation() {
        let bench = DeviceBench(offering: [.statistics, .deflateOnOOM])
        bench.device.negotiate([.statistics, .mustTellHost, BalloonFeatures(rawValue: 1 << 40)])
        #expect(bench.device.negotiated == .statistics)
        bench.device.negotiate([])
        #expect(bench.device.negotiated == [])
    }
}
