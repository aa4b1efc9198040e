import Balloon
import BalloonDevice
import BalloonDriver
import Testing
import Virtio

/// Statistics, hinting, reporting.
@Suite struct ConversationTests {
    @Test("D16 to D19, D23: one buffer of statistics from the start, and another for each that was used")
    func statistics() throws {
        var guest = try startGuest(offering: .statistics)
        #expect(guest.device.pending.count == 1)
        guest.device.answerAll()
        for _ in 0..<3 {
            check(guest.device.askForStatistics())
            _ = try guest.driver.work(&guest.pages)
            #expect(guest.device.pending.count == 1)
            #expect(guest.device.pending[0].chain.buffers[0].length == 30)
            guest.device.answerAll()
        }
        let set = try #require(guest.device.device.statistics.latest)
        #expect(set[.totalMemory] == 512 * 4096)
        #expect(set[.freeMemory] == 512 * 4096)
        #expect(set[.majorFaults] == nil)
        #expect(guest.device.table.wrong == nil)
    }

    @Test("D24 to D29, D33: hints begin with the id, end with STOP, and come back at DONE")
    func hinting() throws {
        var guest = try startGuest(offering: .freePageHint)
        for _ in 0..<3 {
            check(guest.device.device.startHinting())
            guest.device.changeConfiguration()
            _ = try guest.driver.work(&guest.pages)
            let lengths = guest.device.pending.map { $0.chain.buffers[0].length }
            #expect(lengths.first == 4)
            #expect(guest.device.pending.first?.chain.buffers[0].isDeviceWritable == false)
            #expect(guest.device.pending.dropFirst().dropLast().allSatisfy { $0.chain.buffers[0].isDeviceWritable })
            let isolated = guest.device.table.count(.isolated)
            #expect(isolated > 0)
            while !guest.device.pending.isEmpty { guest.device.answer(0) }
            #expect(guest.device.device.hinting.state == .idle)
            #expect(guest.device.table.count(.isolated) == isolated)
            _ = try guest.driver.work(&guest.pages)
            #expect(guest.device.table.count(.isolated) == 0)
        }
        #expect(guest.device.device.counters.ignoredHints == 0)
        #expect(guest.device.table.wrong == nil)
    }

    @Test(
        "D37 to D41: large free blocks are reported, once, and used after the acknowledgement",
        arguments: [VirtioFeatures.version1, VirtioFeatures.version1 | VirtioFeatures.indirectDescriptors])
    func reporting(transport: UInt64) throws {
        var guest = try startGuest(offering: .pageReporting, transport: transport)
        _ = try guest.driver.work(&guest.pages)
        #expect(guest.device.pending.isEmpty)
        for _ in 0..<200 {
            guest.device.time += 2_100_000_000
            _ = try guest.driver.work(&guest.pages)
            guest.device.answerAll()
            _ = try guest.driver.work(&guest.pages)
        }
        #expect(guest.device.device.counters.reportedBytes == 512 * 4096)
        #expect(guest.device.reportBuffers.contains { $0 > 1 })
        #expect(guest.device.table.count(.isolated) == 0)
        #expect(guest.device.table.wrong == nil)
    }

    @Test("D40: blocks are reported ahead of an inflation, as many as it needs, and not one twice")
    func reportedFirst() throws {
        var guest = try startGuest(offering: .pageReporting)
        guest.device.setTarget(64)
        _ = try guest.driver.work(&guest.pages)
        #expect(!guest.device.pending.isEmpty)
        #expect(guest.device.pending.allSatisfy { $0.role == .reporting })
        try guest.settle()
        #expect(guest.driver.heldPages == 64)
        #expect(guest.device.device.counters.reportedBytes >= 64 * 4096)
        #expect(guest.device.table.count(.isolated) == 0)
        let reported = guest.device.device.counters.reportedBytes
        guest.device.setTarget(65)
        try guest.settle()
        #expect(guest.driver.heldPages == 65)
        #expect(guest.device.device.counters.reportedBytes == reported)
        #expect(guest.device.table.wrong == nil)
    }

    @Test("V14: nothing is reported ahead where free pages keep a value that a discard would lose")
    func notReportedFirst() throws {
        var guest = try startGuest(offering: [.pageReporting, .pagePoison], poison: 0xdead_beef)
        guest.device.setTarget(64)
        _ = try guest.driver.work(&guest.pages)
        #expect(guest.device.pending.allSatisfy { $0.role == .inflate })
        try guest.settle()
        #expect(guest.driver.heldPages == 64)
    }

    @Test("D34: pages that come back are filled as the guest's free pages are")
    func poison() throws {
        var guest = try startGuest(offering: [.pagePoison, .deflateOnOOM], poison: 0xdead_beef)
        guest.device.setTarget(200)
        try guest.settle()
        guest.device.setTarget(0)
        try guest.settle()
        #expect(guest.device.table.freeCount == 512)
        #expect(guest.device.table.wrong == nil)
    }
}
