import HostMemory
import Testing
import Virtio

@testable import VfioUser

/// The function as a driver finds it, by our own driver's transport and by hand.
struct FunctionTests {
    private static let configuration: UInt32 = VfioUserFrontEnd.configuration

    @Test func regionsAndInterrupts() throws {
        let bench = try Bench()
        #expect(try bench.ask(.getInfo, .words(16, 0, 0, 0)) == .words(16, 3, 9, 5))
        let sizes = try (0..<9).map { index in
            let answer = try bench.ask(.getRegionInfo, .words(32, 0, UInt32(index), 0) + .longs(0, 0))
            return UInt64(answer[16..<24].reversed().reduce(0) { $0 << 8 | UInt64($1) })
        }
        #expect(sizes == [0x4000, 0x1000, 0, 0, 0, 0, 0, 256, 0])
        #expect(throws: VfioUserFrontEndError.refused(.getRegionInfo, errno: 22)) {
            try bench.ask(.getRegionInfo, .words(32, 0, 9, 0) + .longs(0, 0))
        }
        #expect(try bench.ask(.getInterruptInfo, .words(16, 0, 0, 0)) == .words(16, 7, 0, 1))
        #expect(try bench.ask(.getInterruptInfo, .words(16, 0, 1, 0)) == .words(16, 0, 1, 0))
        #expect(try bench.ask(.getInterruptInfo, .words(16, 0, 2, 0)) == .words(16, 1, 2, 6))
        // QEMU asks for errors of a physical device, and is content with a refusal.
        #expect(throws: VfioUserFrontEndError.refused(.getInterruptInfo, errno: 22)) {
            try bench.ask(.getInterruptInfo, .words(16, 0, 3, 0))
        }
    }

    @Test func ourDriverFindsABalloon() throws {
        let bench = try Bench()
        var transport = bench.transport()
        let identity = transport.identify()
        #expect(identity == .device(5))
        let offered = transport.offeredFeatures()
        #expect(offered == Bench.features)
        #expect((0..<6).map { transport.queueSizeLimit($0) } == [128, 128, 128, 128, 128, 0])
        let word = transport.readConfiguration(4)
        #expect(word == 0xc7c6_c5c4)
        let status = transport.status()
        #expect(status == [])
    }

    /// BARs and the ROM are the VMM's: what is written there is ignored, as QEMU's client expects.
    @Test func whatADriverMayWriteInTheConfigurationSpace() throws {
        let bench = try Bench()
        let before = try bench.read(Self.configuration, 0, 256)
        try bench.write(Self.configuration, 0, [UInt8](repeating: 0xff, count: 256))
        let after = try bench.read(Self.configuration, 0, 256)
        #expect(after[0..<4] == before[0..<4])
        #expect(after[0x10..<0x34] == before[0x10..<0x34])
        #expect(after[4] == 0x46 && after[5] == 0x05)
        #expect(after[0x43] == before[0x43] | 0xc0)
        try bench.ask(.reset)
        #expect(try bench.read(Self.configuration, 0, 256) == before)
        #expect(bench.takeSteps() == [.reset])
    }

    /// VIRTIO_PCI_CAP_PCI_CFG reaches the BAR without a mapping of it (VIRTIO 1.4 §4.1.4.9).
    @Test func window() throws {
        let bench = try Bench()
        let window = ConfigurationSpace.windowData - 16
        #expect(try bench.read(Self.configuration, window, 4).last == 5)
        func aim(_ offset: UInt32, _ count: UInt32) throws {
            try bench.write(Self.configuration, window + 4, [0])
            try bench.write(Self.configuration, window + 8, .words(offset, count))
        }
        try aim(0x2004, 4)
        #expect(try bench.read(Self.configuration, window + 16, 4) == [0xc4, 0xc5, 0xc6, 0xc7])
        try aim(0x12, 2)
        #expect(try bench.read(Self.configuration, window + 16, 4) == [5, 0, 0, 0])
        try aim(0x14, 1)
        try bench.write(Self.configuration, window + 16, [3, 0, 0, 0])
        #expect(try bench.read(0, 0x14, 1) == [3])
        for (offset, count) in [(0x3ffe, 4), (UInt32.max, 1), (0, 0), (0, 3)] as [(UInt32, UInt32)] {
            try aim(offset, count)
            #expect(try bench.read(Self.configuration, window + 16, 4) == [0, 0, 0, 0])
            try bench.write(Self.configuration, window + 16, [1, 1, 1, 1])
        }
    }

    @Test(
        arguments: [
            (7, 0, 257), (7, 256, 1), (7, Int.max, 1), (0, 0x4000, 1), (0, 0x3fff, 2), (2, 0, 1), (6, 0, 4), (9, 0, 1),
            (.max, 0, 1),
        ] as [(UInt32, Int, Int)])
    func outsideARegion(region: UInt32, offset: Int, count: Int) throws {
        for command in [Command.readRegion, .writeRegion] {
            let bench = try Bench()
            #expect(throws: VfioUserError.self) {
                try bench.ask(
                    command,
                    VfioUserFrontEnd.access(region, offset: offset, count: count) + (command == .readRegion ? [] : [0]))
            }
        }
    }

    @Test(arguments: [VirtioFeatures.version1 | 1 << 6, VirtioFeatures.version1 | 1 << 40, 1, 0])
    func featuresThatCannotBe(features: UInt64) throws {
        let bench = try Bench()
        var transport = bench.transport()
        transport.setStatus([.acknowledge, .driver])
        transport.acceptFeatures(features)
        transport.setStatus([.acknowledge, .driver, .featuresOK])
        let refused = transport.status()
        #expect(refused == [.acknowledge, .driver])
        transport.setStatus([.acknowledge, .driver, .featuresOK, .driverOK])
        #expect(!bench.isStarted)
        // Another try is a driver's right.
        transport.acceptFeatures(VirtioFeatures.version1)
        transport.setStatus([.acknowledge, .driver, .featuresOK])
        let agreed = transport.status()
        #expect(agreed.contains(.featuresOK))
        #expect(bench.takeSteps() == [.featuresNegotiated(VirtioFeatures.version1)])
        // What is agreed stays.
        transport.acceptFeatures(0x3f)
        #expect(bench.driverFeatures == VirtioFeatures.version1)
    }

    @Test func lifeOfADriver() throws {
        let bench = try Bench()
        try bench.start()
        #expect(bench.configuredQueues == 3)
        #expect(bench.isActive(0) && bench.isActive(1) && !bench.isActive(2))
        var transport = bench.transport()
        transport.notify(1)
        #expect(bench.takeSteps() == [.notified(1)])
        // An enabled queue is latched.
        transport.setStatus([.failed])
        let isEnabled = transport.enable(0, Bench.layout(3))
        #expect(isEnabled)
        #expect(bench.descriptors(0) == Bench.layout(0).descriptors)
        let generation = transport.configurationGeneration()
        _ = bench.notifyConfigurationChange()
        let newer = transport.configurationGeneration()
        #expect(newer != generation)
        transport.setStatus([])
        #expect(bench.takeSteps().last == .reset)
        let status = transport.status()
        #expect(status == [])
        #expect(bench.configuredQueues == 0 && !bench.isActive(0))
        #expect(!bench.notifyConfigurationChange())
    }

    @Test func queueThatIsEnabledLate() throws {
        let bench = try Bench()
        try bench.start()
        var transport = bench.transport()
        let isEnabled = transport.enable(2, Bench.layout(2))
        #expect(isEnabled)
        #expect(bench.takeSteps() == [.started])
        #expect(bench.isActive(2))
    }

    @Test(arguments: [0, 3, 129, 256, 32768] as [UInt16])
    func sizesThatCannotBe(size: UInt16) throws {
        let bench = try Bench()
        try bench.write(0, 0x16, [1, 0])
        try bench.write(0, 0x18, .bytes(of: size))
        #expect(try bench.read(0, 0x18, 2).word == 128)
        try bench.write(0, 0x18, [64, 0])
        #expect(try bench.read(0, 0x18, 2).word == 64)
    }

    @Test func vectorsThatAreNotThere() throws {
        let bench = try Bench()
        for (vector, kept) in [(5, 5), (6, 0xffff), (0xffff, 0xffff), (0, 0)] as [(UInt16, UInt64)] {
            try bench.write(0, 0x10, .bytes(of: vector))
            #expect(try bench.read(0, 0x10, 2).word == kept)
            try bench.write(0, 0x1a, .bytes(of: vector))
            #expect(try bench.read(0, 0x1a, 2).word == kept)
        }
    }

    /// A ring where there is no memory, or that is not aligned.
    @Test(arguments: [(0x1000_0000, 0x4000), (0xff_fff0, 0x4000), (0x10_0008, 0x10_4000), (.max - 7, 0)])
    func ringsThatCannotBe(descriptors: UInt64, available: UInt64) throws {
        let bench = try Bench()
        try bench.map()
        var transport = bench.transport()
        transport.acceptFeatures(VirtioFeatures.version1)
        transport.setStatus([.acknowledge, .driver, .featuresOK])
        let isEnabled = transport.enable(
            0, QueueLayout(size: 8, descriptors: descriptors, available: available, used: 0x8000))
        #expect(isEnabled)
        transport.setStatus([.acknowledge, .driver, .featuresOK, .driverOK])
        #expect(!bench.isActive(0))
        #expect(bench.problem(0) != nil)
    }

    /// A queue that cannot go on is said to the driver.
    @Test func brokenQueueNeedsReset() throws {
        let bench = try Bench()
        try bench.start()
        try bench.ring(0).publishAvailableIndex(9)
        var chain = DescriptorChain()
        #expect(throws: QueueFault.availableIndexJumped) { try bench.next(0, into: &chain) }
        bench.fail(0, "jumped")
        var transport = bench.transport()
        let status = transport.status()
        #expect(status.contains(.needsReset))
        let causes = transport.takeInterrupts()
        #expect(causes == .configuration)
    }
}
