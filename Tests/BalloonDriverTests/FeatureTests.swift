import Balloon
import BalloonDevice
import BalloonDriver
import Testing
import Virtio

@Suite struct FeatureTests {
    @Test("D1: MUST_TELL_HOST is accepted if offered")
    func mustTellHost() throws {
        let guest = try startGuest(offering: .mustTellHost)
        #expect(guest.device.negotiated.contains(.mustTellHost))
    }

    @Test("D2: PAGE_POISON is refused by a guest that does not poison")
    func noPoison() throws {
        let guest = try startGuest(offering: [.pagePoison, .pageReporting])
        #expect(!guest.device.negotiated.contains(.pagePoison))
        #expect(guest.device.negotiated.contains(.pageReporting))
    }

    @Test("D3: reporting is refused where free pages are poisoned and the device does not know")
    func noReporting() throws {
        let guest = try startGuest(offering: .pageReporting, poison: 0x1234_5678)
        #expect(!guest.device.negotiated.contains(.pageReporting))
    }

    @Test("D35: the poison value is there before DRIVER_OK")
    func poisonValue() throws {
        let guest = try startGuest(offering: [.pagePoison, .pageReporting], poison: 0x1234_5678)
        #expect(guest.device.device.configuration.poisonValue == 0x1234_5678)
        #expect(guest.device.negotiated.contains(.pageReporting))
        #expect(guest.device.table.wrong == nil)
    }

    @Test("nothing that was not offered is accepted")
    func onlyOffered() throws {
        let guest = try startGuest()
        #expect(guest.device.accepted == VirtioFeatures.version1)
    }

    @Test("packed rings are taken where they are offered, unless the system does not want them")
    func packedRings() throws {
        let transport = VirtioFeatures.version1 | VirtioFeatures.packedRing
        var guest = try startGuest(transport: transport)
        #expect(guest.device.accepted == transport)
        #expect(guest.driver.ringKind == .packed)
        guest.device.setTarget(300)
        try guest.settle()
        #expect(guest.device.device.held.count == 300)
        var configuration = DriverConfiguration.test
        configuration.usesPacked = false
        let split = try startGuest(transport: transport, configuration: configuration)
        #expect(split.device.accepted == VirtioFeatures.version1)
    }

    @Test("EVENT_IDX: of several messages half come back before the guest is interrupted", arguments: [false, true])
    func coalescing(isPacked: Bool) throws {
        var transport = VirtioFeatures.version1 | VirtioFeatures.eventIndex
        if isPacked { transport |= VirtioFeatures.packedRing }
        var guest = try startGuest(transport: transport)
        guest.device.setTarget(64)
        _ = try guest.driver.work(&guest.pages)
        #expect(guest.device.pending.count == 4)
        guest.device.interrupts = []
        var interrupts: [Bool] = []
        for _ in 0..<4 {
            guest.device.answer(0)
            interrupts.append(guest.device.interrupts.contains(.queue))
            if interrupts.last == true { _ = try guest.driver.work(&guest.pages) }
        }
        // Half of four, then half of two, then the last.
        #expect(interrupts == [false, true, true, true])
        #expect(guest.driver.heldPages == 64)
        #expect(guest.device.device.reported == 64)
    }

    @Test("queues are numbered as Linux does, or as the specification where nothing else exists")
    func queueNumbers() throws {
        let dense = try startGuest(offering: .pageReporting)
        #expect(dense.device.layouts.keys.sorted() == [0, 1, 2])
        var configuration = DriverConfiguration.test
        configuration.numbering = .fixed
        let fixed = try startGuest(offering: .pageReporting, configuration: configuration)
        #expect(fixed.device.layouts.keys.sorted() == [0, 1, 4])
        #expect(fixed.device.assignment.role(of: 4) == .reporting)
    }
}
