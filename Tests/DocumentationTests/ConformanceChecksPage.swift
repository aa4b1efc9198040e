import Testing
import Virtio

// page
import Balloon
import ConformanceChecks

/// A rule of one's own, beside the kit's: what is given twice is held once.
func houseChecks<Platform: CheckPlatform>(for platform: Platform.Type) -> [Check<Platform>] {
    [
        Check("house 1", "a page that is given twice comes back by one deflation") { guest throws(CheckError) in
            try guest.load()
            let page = guest.platform.playground.firstPage
            try guest.inflate([page])
            try guest.inflate([page], "the same page again")
            try guest.deflate([page])
            try guest.expectField(
                BalloonConfiguration.Offset.numPages, 0, "num_pages, which nobody has changed,")
            try guest.expectGoesOn()
        }
    ]
}

/// Plays checks, each with a machine of its own, and reports them as lines of the Test Anything Protocol.
///
/// The kit's own are `Check<Platform>.all`.
func report<Platform: CheckPlatform>(_ checks: [Check<Platform>], on platform: Platform) throws -> String {
    var lines = [TAPReport.header(count: checks.count)]
    for (index, check) in checks.enumerated() {
        if index > 0 { try platform.renew() }
        let result = CheckResult(
            number: index + 1, row: check.row, sentence: check.sentence,
            outcome: check.outcome(CheckGuest(platform)))
        lines.append(TAPReport.lines(result, number: index + 1))
    }
    return lines.joined(separator: "\n")
}
// end of page

/// A machine in this process, before the device of the page about devices.
private final class LoopPlatform: CheckPlatform {
    private let device = LoopDevice(pages: 4096)
    private var clock: UInt64 = 0
    private var features: UInt64 = 0
    private var places: [QueuePlace] = []

    var patience: UInt64 { 1_000_000 }
    var playground: Playground {
        Playground(rings: 0x10_0000, firstPage: 1024, hole: 4096, high: nil, end: 4096, bulk: 0, bulkLength: 0)
    }
    var offeredFeatures: UInt64 { device.offeredFeatures }
    var hasConfiguration: Bool { true }

    func now() -> UInt64 { clock }
    func rest(_ nanoseconds: UInt64) { clock += nanoseconds }
    func pointer(to address: UInt64, count: Int) throws(CheckError) -> UnsafeMutableRawPointer {
        device.memory.base + Int(address)
    }
    func resident(_ pages: Range<UInt32>) throws(CheckError) -> UInt64 { 0 }

    func queueSizeLimit(_ queue: Int) -> UInt16 { queue < LoopDevice.queueCount ? 128 : 0 }
    func prepare(features: UInt64, queues: [QueuePlace]) throws(CheckError) {
        self.features = features
        places = queues
    }
    func start() throws(CheckError) {
        var layouts: [Int: QueueLayout] = [:]
        for place in places {
            layouts[place.number] = QueueLayout(
                size: place.size, descriptors: place.descriptors, available: place.available, used: place.used)
        }
        do { try device.start(features: features, layouts: layouts) } catch { throw .failed("\(error)") }
    }
    func renew() throws(CheckError) { device.reset() }

    func kick(_ queue: Int) { device.kick(queue) }
    func awaitCall(_ queue: Int, until deadline: UInt64) throws(CheckError) -> Bool {
        if device.takeCall(queue) { return true }
        clock = deadline
        return false
    }
    func awaitConfigurationChange(until deadline: UInt64) throws(CheckError) -> Bool { false }
    func isGivenUp(_ queue: Int) throws(CheckError) -> Bool { false }
    func synchronize() throws(CheckError) {}

    func readWord(_ offset: Int) throws(CheckError) -> UInt32 { device.readWord(offset) }
    func writeWord(_ offset: Int, _ value: UInt32) throws(CheckError) { device.writeWord(offset, value) }
    func beginHinting() throws(CheckError) -> Bool { false }
}

@Suite struct ConformanceChecksPage {
    @Test func ourDeviceKeepsTheRuleOfThePage() throws {
        let lines = try report(houseChecks(for: LoopPlatform.self), on: LoopPlatform())
        #expect(
            lines == """
                TAP version 14
                1..1
                ok 1 - house 1: a page that is given twice comes back by one deflation
                """)
    }
}
