import Balloon
import BalloonDevice
import BalloonDriver
import Testing
import Virtio

@Suite struct InflateTests {
    @Test("D4, D14: the target is reached and told", arguments: [BalloonFeatures.mustTellHost, []])
    func reaches(features: BalloonFeatures) throws {
        var guest = try startGuest(offering: features)
        guest.device.setTarget(300)
        try guest.settle()
        #expect(guest.driver.heldPages == 300)
        #expect(guest.device.device.held.count == 300)
        #expect(guest.device.device.reported == 300)
        #expect(guest.driver.condition == .atTarget)
        guest.device.setTarget(20)
        try guest.settle()
        #expect(guest.device.device.held.count == 20)
        #expect(guest.device.device.reported == 20)
        #expect(guest.device.table.freeCount == 492)
        #expect(guest.device.table.wrong == nil)
    }

    @Test("D15: several messages are in flight, and `actual` is written once")
    func batch() throws {
        var guest = try startGuest()
        guest.device.setTarget(64)
        _ = try guest.driver.work(&guest.pages)
        #expect(guest.device.pending.count == 4)
        for index in [2, 0, 1, 0] { guest.device.answer(index) }
        _ = try guest.driver.work(&guest.pages)
        #expect(guest.device.actuals == [64])
    }

    @Test("D12, D13: what the device has not acknowledged is neither used nor asked back")
    func unacknowledged() throws {
        var guest = try startGuest(offering: .deflateOnOOM, pages: 64)
        guest.device.setTarget(32)
        _ = try guest.driver.work(&guest.pages)
        guest.device.setTarget(0)
        _ = try guest.driver.work(&guest.pages)
        #expect(guest.device.pending.allSatisfy { $0.role == .inflate })
        check(guest.driver.relieve(pages: 8, &guest.pages) == 0)
        try guest.settle()
        #expect(guest.driver.heldPages == 0)
        #expect(guest.device.table.wrong == nil)
    }

    @Test("D9, D10: with MUST_TELL_HOST pages are used after the acknowledgement")
    func toldFirst() throws {
        var guest = try startGuest(offering: .mustTellHost)
        guest.device.setTarget(16)
        try guest.settle()
        guest.device.setTarget(0)
        _ = try guest.driver.work(&guest.pages)
        #expect(guest.device.table.freeCount == 496)
        try guest.settle()
        #expect(guest.device.table.freeCount == 512)
        #expect(guest.device.table.wrong == nil)
    }

    @Test("D11: without it they are free at once, and not inflated again before the acknowledgement")
    func freeAtOnce() throws {
        var guest = try startGuest()
        guest.device.setTarget(16)
        try guest.settle()
        guest.device.setTarget(0)
        _ = try guest.driver.work(&guest.pages)
        #expect(guest.device.table.freeCount == 512)
        guest.device.setTarget(16)
        _ = try guest.driver.work(&guest.pages)
        #expect(guest.device.pending.allSatisfy { $0.role == .deflate })
        try guest.settle()
        #expect(guest.device.device.held.count == 16)
        #expect(guest.device.table.wrong == nil)
    }

    @Test("D6: a ballooned page is moved")
    func moves() throws {
        var guest = try startGuest(offering: .mustTellHost)
        guest.device.setTarget(16)
        try guest.settle()
        let device = guest.device
        device.onRelax = { [unowned device] in device.answerAll() }
        guard let old = (UInt32(256)..<768).first(where: { guest.driver.holds($0) }) else { return check(false) }
        let new = try #require(device.table.takeAny(.driver))
        let writes = device.actuals.count
        try check(guest.driver.move(old, to: new, &guest.pages) == .moved)
        check(guest.driver.holds(new))
        check(device.device.held.contains(UInt64(new)))
        check(!device.device.held.contains(UInt64(old)))
        #expect(device.table.owner(of: UInt64(old)) == .free)
        #expect(device.actuals.count == writes)
        #expect(device.table.wrong == nil)
    }

    @Test("a target beyond memory has a name, and the reserve stays free")
    func beyondMemory() throws {
        var configuration = DriverConfiguration.test
        configuration.reserve = 40
        var guest = try startGuest(configuration: configuration)
        guest.device.setTarget(.max)
        try guest.settle()
        #expect(guest.driver.condition == .targetBeyondMemory)
        #expect(guest.device.table.freeCount == 40)
        guest.device.setTarget(500)
        try guest.settle()
        #expect(guest.driver.condition == .outOfPages)
    }

    @Test("suspend gives everything back and resume takes it again")
    func suspends() throws {
        var guest = try startGuest(offering: [.mustTellHost, .statistics, .pageReporting, .freePageHint])
        guest.device.setTarget(100)
        try guest.settle()
        let device = guest.device
        device.onRelax = { [unowned device] in device.answerAll() }
        try guest.driver.suspend(&guest.pages)
        #expect(device.table.freeCount == 512)
        #expect(device.actuals.last == 0)
        #expect(device.status.rawValue == 0)
        device.setTarget(100)
        try guest.driver.start(&guest.pages)
        try guest.settle()
        #expect(device.device.held.count == 100)
        #expect(device.table.wrong == nil)
    }
}
