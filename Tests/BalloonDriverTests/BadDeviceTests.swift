import Balloon
import BalloonDevice
import BalloonDriver
import TestSupport
import Testing
import Virtio

/// A device may be anything: each fault has a name, and the guest's own memory goes on working.
@Suite struct BadDeviceTests {
    private func refusal(_ prepare: (TestDevice) -> Void) throws -> DriverError? {
        var guest = try makeGuest(offering: [.statistics, .deflateOnOOM], prepare)
        do throws(DriverError) {
            try guest.driver.start(&guest.pages)
            _ = try guest.driver.work(&guest.pages)
            return nil
        } catch {
            #expect(guest.driver.state == .failed(error))
            #expect(guest.driver.lastError == error)
            check(guest.allocate() != nil)
            #expect(throws: error) { try guest.driver.work(&guest.pages) }
            return error
        }
    }

    @Test("no device") func empty() throws { #expect(try refusal { $0.identity = .empty } == .noDevice) }
    @Test("a legacy device") func legacy() throws { #expect(try refusal { $0.identity = .legacy } == .legacyDevice) }
    @Test("another device") func other() throws { #expect(try refusal { $0.identity = .device(2) } == .notABalloon(2)) }
    @Test("no queues") func queues() throws { #expect(try refusal { $0.queueCount = 1 } == .queueMissing(.deflate)) }

    @Test("queues that cannot be enabled")
    func disabled() throws { #expect(try refusal { $0.refusesQueues = true } == .queueMissing(.inflate)) }

    @Test("FEATURES_OK does not stick")
    func features() throws { #expect(try refusal { $0.refusesFeatures = true } == .featuresRefused) }

    @Test("a reset that never ends")
    func reset() throws {
        #expect(
            try refusal {
                $0.neverResets = true
                $0.status = .acknowledge
            } == .resetTimedOut)
    }

    @Test("a configuration that never holds still")
    func generation() throws { #expect(try refusal { $0.generationRuns = true } == .configurationUnstable) }

    @Test("a device that offers nothing, not even VERSION_1")
    func nothing() throws {
        var guest = try makeGuest(transport: 0)
        #expect(throws: DriverError.legacyDevice) { try guest.driver.start(&guest.pages) }
    }

    @Test("NEEDS_RESET: the pages come back")
    func needsReset() throws {
        var guest = try startGuest(offering: .deflateOnOOM)
        guest.device.setTarget(512)
        try guest.settle()
        guest.device.status.insert(.needsReset)
        guest.device.changeConfiguration()
        #expect(throws: DriverError.deviceNeedsReset) { try guest.driver.work(&guest.pages) }
        // The guest does not go without its memory: running out resets the device.
        check(guest.allocate() != nil)
        #expect(guest.device.table.freeCount == 511)
        #expect(guest.driver.state == .stopped)
        try guest.driver.start(&guest.pages)
        #expect(guest.driver.state == .running)
        #expect(guest.device.table.wrong == nil)
    }

    @Test("a device that forgets its driver")
    func forgets() throws {
        var guest = try startGuest()
        guest.device.setTarget(40)
        try guest.settle()
        guest.device.reset()
        guest.device.changeConfiguration()
        #expect(throws: DriverError.deviceWasReset) { try guest.driver.work(&guest.pages) }
        try guest.driver.recover(&guest.pages)
        #expect(guest.device.table.freeCount == 512)
    }

    @Test("a device that never answers is notified again and then given up")
    func silent() throws {
        var guest = try startGuest()
        guest.device.setTarget(40)
        _ = try guest.driver.work(&guest.pages)
        let notifications = guest.device.notifications
        guest.device.time += 5_000_000_001
        _ = try guest.driver.work(&guest.pages)
        #expect(guest.device.notifications > notifications)
        guest.device.time += 5_000_000_001
        #expect(throws: DriverError.deviceSilent(.inflate)) { try guest.driver.work(&guest.pages) }
        try guest.driver.recover(&guest.pages)
        #expect(guest.device.table.freeCount == 512)
    }

    @Test("a device that is given up and does not reset keeps its pages, and the guest lives without them")
    func lost() throws {
        var guest = try startGuest(offering: .deflateOnOOM)
        guest.device.setTarget(100)
        try guest.settle()
        guest.device.status.insert(.needsReset)
        guest.device.changeConfiguration()
        #expect(throws: DriverError.deviceNeedsReset) { try guest.driver.work(&guest.pages) }
        guest.device.neverResets = true
        for _ in 0..<412 { check(guest.allocate() != nil) }
        check(guest.allocate() == nil)
        #expect(guest.driver.state == .failed(.resetTimedOut))
        #expect(guest.driver.heldPages == 100)
    }

    @Test("a target that changes on every interrupt")
    func restless() throws {
        var guest = try startGuest(offering: .mustTellHost)
        for round in 0..<500 {
            guest.device.setTarget(UInt32(truncatingIfNeeded: round &* 7919) % 600)
            _ = try guest.driver.work(&guest.pages)
            if round % 3 == 0 { guest.device.answerAll() }
        }
        guest.device.setTarget(30)
        try guest.settle()
        #expect(guest.device.device.held.count == 30)
        #expect(guest.device.table.wrong == nil)
    }

    @Test("memory that is too small is refused")
    func workspace() {
        let table = PageTable(frames: PageRun(start: 0, count: 64), poison: nil, random: SeededGenerator(seed: 1))
        let device = TestDevice(offering: [], table: table, random: SeededGenerator(seed: 1))
        let own = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 16)
        defer { own.deallocate() }
        let shared = SharedArea(base: device.sharedBase, address: 1 << 20, count: TestDevice.sharedBytes)
        #expect(throws: DriverError.workspaceTooSmall) {
            _ = try TestGuest.Driver(
                transport: TestTransport(device: device), clock: TestClock(device: device),
                memory: DriverMemory(shared: shared, own: own), frames: table.frames)
        }
    }
}
