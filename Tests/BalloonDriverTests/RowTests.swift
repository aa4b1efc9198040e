import Balloon
import BalloonDevice
import BalloonDriver
import Testing
import Virtio

/// Rows that no other test names.
@Suite struct RowTests {
    @Test("spec D5: pages above the target are the guest's again, and can be used", arguments: [0, 37, 199])
    func usesPagesAboveTheTarget(target: UInt32) throws {
        var guest = try startGuest(offering: .mustTellHost)
        guest.device.setTarget(200)
        try guest.settle()
        guest.device.setTarget(target)
        try guest.settle()
        #expect(guest.driver.heldPages == Int(target))
        #expect(guest.device.device.held.count == Int(target))
        for _ in 0..<512 - Int(target) { check(guest.allocate() != nil) }
        check(guest.allocate() == nil)
        #expect(guest.device.table.wrong == nil)
    }

    @Test("spec D20, D21, D22: a statistics buffer has whole entries of 10 bytes, one for each that the guest counts")
    func statisticsEntries() throws {
        var guest = try startGuest(offering: .statistics)
        let counted = guest.pages.statistics()
        let tags = StatisticsTag.allCases.filter { counted[$0] != nil }
        #expect(!tags.isEmpty && tags.count < StatisticsTag.allCases.count)
        for _ in 0..<3 {
            let buffer = try #require(guest.device.pending.first { $0.role == .statistics }).chain.buffers[0]
            // The row's multiple of 6 is an erratum.
            #expect(Int(buffer.length) == 10 * tags.count)
            guest.device.answerAll()
            check(guest.device.askForStatistics())
            _ = try guest.driver.work(&guest.pages)
        }
        let seen = try #require(guest.device.device.statistics.latest)
        #expect(StatisticsTag.allCases.filter { seen[$0] != nil } == tags)
    }

    @Test("bad input: statistics that were used without a word are answered once each, and never twice at a time")
    func oneBuffer() throws {
        var guest = try startGuest(offering: .statistics)
        for _ in 0..<20 {
            _ = try guest.driver.work(&guest.pages)
            #expect(guest.device.pending.count { $0.role == .statistics } <= 1)
            guest.device.answerAll()
            _ = guest.device.askForStatistics()
        }
        #expect(guest.device.table.wrong == nil)
    }
}
