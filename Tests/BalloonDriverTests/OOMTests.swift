import Balloon
import BalloonDevice
import BalloonDriver
import Testing
import Virtio

@Suite struct OOMTests {
    /// A guest whose balloon has all but `free` pages.
    private func full(_ features: BalloonFeatures, free: Int = 0) throws -> TestGuest {
        var configuration = DriverConfiguration.test
        configuration.reserve = free
        var guest = try startGuest(offering: features, configuration: configuration)
        guest.device.setTarget(512)
        try guest.settle()
        let device = guest.device
        device.onRelax = { [unowned device] in device.answerAll() }
        return guest
    }

    @Test("D8: with the bit an allocation takes from the balloon", arguments: [BalloonFeatures.mustTellHost, []])
    func gives(more: BalloonFeatures) throws {
        var guest = try full(more.union(.deflateOnOOM))
        var pages: [UInt32] = []
        while pages.count < 300, let page = guest.allocate() { pages.append(page) }
        #expect(pages.count == 300)
        #expect(guest.driver.counters.oomCalls < 12)
        #expect(guest.driver.condition == .heldOff)
        #expect(guest.device.table.wrong == nil)
        // What was told is what is there, without waiting for more work.
        guest.device.answerAll()
        _ = try guest.driver.work(&guest.pages)
        #expect(Int(guest.device.device.reported) == guest.driver.heldPages)
    }

    @Test("D7: without the bit it gives nothing")
    func givesNothing() throws {
        var guest = try full([])
        check(guest.allocate() == nil)
        #expect(guest.driver.heldPages == 512)
    }

    @Test("all that is in the balloon can be had, and not one page more")
    func everything() throws {
        var guest = try full([.deflateOnOOM, .mustTellHost])
        for _ in 0..<512 { check(guest.allocate() != nil) }
        check(guest.allocate() == nil)
        #expect(guest.driver.heldPages == 0)
        #expect(guest.device.table.wrong == nil)
    }

    @Test("it does not inflate again before the device speaks, and not while memory is short")
    func holdsOff() throws {
        var guest = try full(.deflateOnOOM)
        guard let page = guest.allocate() else { return check(false, "no page") }
        let held = guest.driver.heldPages
        guest.device.time += 60_000_000_000
        try guest.settle()
        #expect(guest.driver.heldPages == held)
        guest.device.changeConfiguration()
        try guest.settle()
        #expect(guest.driver.heldPages == held)
        guest.pages.putFromGuest(page)
        while guest.device.table.freeCount < 100 { _ = guest.driver.relieve(pages: 20, &guest.pages) }
        guest.device.changeConfiguration()
        guest.device.time += 1_000_000_000
        try guest.settle()
        #expect(guest.device.table.freeCount == DriverConfiguration.test.comfort)
    }

    @Test("a device that does not answer costs a bounded time, and what was freed before is counted")
    func silent() throws {
        var guest = try full([.deflateOnOOM, .mustTellHost])
        guest.device.onRelax = nil
        let before = guest.device.time
        check(guest.allocate() == nil)
        #expect(guest.device.time - before <= guest.driver.configuration.oomPatience + 100_000_000)
        guest.device.answerAll()
        check(guest.allocate() != nil)
        #expect(guest.device.table.wrong == nil)
    }

    @Test("hinted blocks are given back first, written (spec D30, D31, D32)")
    func hintedFirst() throws {
        var guest = try startGuest(offering: [.freePageHint, .deflateOnOOM], poison: nil)
        check(guest.device.device.startHinting())
        guest.device.changeConfiguration()
        while guest.device.table.count(.isolated) == 0 { _ = try guest.driver.work(&guest.pages) }
        let isolated = guest.device.table.count(.isolated)
        check(guest.driver.relieve(pages: 4, &guest.pages) == 8)
        #expect(guest.device.table.count(.isolated) == isolated - 8)
        #expect(!guest.device.pending.contains { $0.role == .deflate })
    }

    @Test("the chain calls by priority, stops when enough is free, and never calls itself")
    func chain() {
        struct System: ~Copyable, OOMSystem {
            var oomChain = OOMChain<System>()
            var calls: [Int] = []
            var inner = -1
        }
        var system = System()
        for (priority, gives) in [(10, 5), (80, 2), (50, 0)] {
            switch gives {
            case 5:
                #expect(
                    system.oomChain.register(priority: priority) { system, _ in
                        system.calls.append(10)
                        return 5
                    })
            case 2:
                #expect(
                    system.oomChain.register(priority: priority) { system, wanted in
                        system.calls.append(80)
                        system.inner = system.relieve(pages: wanted)
                        return 2
                    })
            default:
                #expect(
                    system.oomChain.register(priority: priority) { system, _ in
                        system.calls.append(50)
                        return -3
                    })
            }
        }
        #expect(system.relieve(pages: 2) == 2)
        #expect(system.calls == [80])
        #expect(system.inner == 0)
        #expect(system.relieve(pages: 3) == 7)
        #expect(system.calls == [80, 80, 50, 10])
        for _ in 3..<OOMChain<System>.limit { #expect(system.oomChain.register(priority: 0) { _, _ in 0 }) }
        #expect(!system.oomChain.register(priority: 0) { _, _ in 0 })
    }
}
