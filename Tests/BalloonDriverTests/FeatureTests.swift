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
