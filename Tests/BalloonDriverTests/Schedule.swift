import TestSupport
import Balloon
import BalloonDevice
import BalloonDriver
import Virtio

/// One guest and one device under a random schedule: answers in any order and late, notifications for nothing, resets
/// at any step. After each step both must agree, page by page.
struct Schedule: ~Copyable {
    let seed: UInt64
    var guest: TestGuest
    let device: TestDevice
    let table: PageTable
    var random: SeededGenerator
    private var program: [UInt32] = []
    /// While it is above 0 the device answers nothing.
    private var stall = 0
    private var nextWork: UInt64?
    private(set) var resets = 0
    private(set) var failures = 0

    static let pages: UInt64 = 512

    init(seed: UInt64, _ kind: RingKind) throws(DriverError) {
        var random = SeededGenerator(seed: seed)
        var features: BalloonFeatures = [.statistics]
        for feature in [
            BalloonFeatures.mustTellHost, .deflateOnOOM, .freePageHint, .pagePoison, .pageReporting,
        ] where random.chance(2, of: 3) { features.insert(feature) }
        var transport = VirtioFeatures.version1
        if random.chance(1, of: 2) { transport |= VirtioFeatures.eventIndex }
        if random.chance(1, of: 2) { transport |= VirtioFeatures.indirectDescriptors }
        if kind == .packed { transport |= VirtioFeatures.packedRing }
        let poison: UInt32? = random.chance(1, of: 3) ? 0xaaaa_aaaa : nil
        let frames = PageRun(start: 1024, count: Self.pages)
        let table = PageTable(frames: frames, poison: poison, random: SeededGenerator(seed: seed ^ 1))
        let device = TestDevice(
            offering: features, transport: transport, table: table, random: SeededGenerator(seed: seed ^ 2))
        device.queueLimit = [128, 128, 64, 16, 8][random.below(5)]
        var configuration = DriverConfiguration.test
        configuration.reserve = random.below(3) * 8
        // While the driver waits the device goes on, but not always.
        device.onRelax = { [unowned device] in
            guard !device.pending.isEmpty, device.random.chance(2, of: 3) else { return }
            device.answer(device.random.below(device.pending.count))
        }
        guest = try TestGuest(device, configuration: configuration, poison: poison)
        self.seed = seed
        self.random = random
        self.table = table
        self.device = device
    }

    /// The first thing that went wrong, with the seed.
    var wrong: String? { table.wrong.map { "seed \(seed): \($0)" } }

    var ringKind: RingKind { guest.driver.ringKind }

    mutating func start() throws(DriverError) { try guest.driver.start(&guest.pages) }

    mutating func step() {
        device.time += UInt64(random.below(2_000_000))
        if stall > 0 { stall -= 1 }
        switch random.below(1000) {
        case 0..<420: answer()
        case 420..<700: workIfDue()
        case 700..<780: allocate(1 + random.below(24))
        case 780..<880: free(1 + random.below(32))
        case 880..<930: device.setTarget(UInt32(random.below(Int(Self.pages) + 64)))
        case 930..<945: work()
        case 945..<955: device.changeConfiguration()
        case 955..<970: _ = device.askForStatistics()
        case 970..<980: if device.device.startHinting() { device.changeConfiguration() }
        case 980..<988: move()
        case 988..<994: device.time += UInt64(random.below(3_000_000_000))
        case 994..<997: stall = random.below(60)
        default: disturb()
        }
        check()
    }

    // MARK: - Steps

    private mutating func answer() {
        guard stall == 0, !device.pending.isEmpty else { return }
        device.answer(random.below(device.pending.count))
    }

    /// As a guest would: on an interrupt, or when the time has come.
    private mutating func workIfDue() {
        if !device.interrupts.isEmpty { return work() }
        if let nextWork, device.time >= nextWork { work() }
    }

    private mutating func work() {
        do throws(DriverError) {
            switch try guest.driver.work(&guest.pages) {
            case .again: nextWork = device.time
            case .wait(let time): nextWork = time
            }
        } catch {
            failures += 1
            restart(after: error)
        }
    }

    private mutating func restart(after error: DriverError) {
        switch error {
        case .deviceNeedsReset, .deviceWasReset, .deviceSilent, .notRunning: break
        default: table.fail("the driver gave up: \(error)")
        }
        do throws(DriverError) {
            try guest.driver.recover(&guest.pages)
            try guest.driver.start(&guest.pages)
            nextWork = device.time
        } catch {
            table.fail("the driver did not come back: \(error)")
        }
    }

    private mutating func allocate(_ count: Int) {
        for _ in 0..<count {
            guard let page = guest.allocate() else { break }
            program.append(page)
        }
    }

    private mutating func free(_ count: Int) {
        for _ in 0..<min(count, program.count) {
            let index = random.below(program.count)
            program.swapAt(index, program.count - 1)
            guest.pages.putFromGuest(program.removeLast())
        }
    }

    private mutating func move() {
        let start = UInt32(table.frames.start) + UInt32(random.below(Int(Self.pages)))
        guard guest.driver.holds(start), let new = table.takeAny(.driver) else { return }
        do throws(DriverError) {
            switch try guest.driver.move(start, to: new, &guest.pages) {
            case .moved: break
            case .refused, .released: table.putUnused(UInt64(new))
            }
        } catch {
            restart(after: error)
        }
    }

    /// A reset from either side, or the system's own sleep.
    private mutating func disturb() {
        guard random.chance(1, of: 3) else { return }
        resets += 1
        switch random.below(4) {
        case 0:
            device.status.insert(.needsReset)
            device.changeConfiguration()
        case 1:
            device.reset()
            device.changeConfiguration()
        default:
            do throws(DriverError) { try guest.driver.suspend(&guest.pages) } catch { failures += 1 }
            if guest.driver.state == .stopped, table.count(.driver) != 0 || table.count(.isolated) != 0 {
                table.fail("pages are left after suspend")
            }
            do throws(DriverError) {
                try guest.driver.start(&guest.pages)
                nextWork = device.time
            } catch {
                table.fail("no start after suspend: \(error)")
            }
        }
    }

    // MARK: - What must hold

    private func check() {
        let own = table.count(.driver)
        if guest.driver.pages != own { table.fail("the driver counts \(guest.driver.pages) pages and has \(own)") }
        guard device.status.contains(.driverOK), guest.driver.state == .running else { return }
        let held = Int(device.device.held.count)
        let expected =
            table.mustTellHost
            ? own - device.unseenInflations - table.returnable
            : own - device.unseenInflations + device.unseenDeflations
        if held != expected { table.fail("the device holds \(held) pages, and by the driver it is \(expected)") }
    }

    /// Lets all come to rest with a device that answers: then balloon, device and target are one.
    mutating func finish() throws(DriverError) {
        stall = 0
        program.forEach { guest.pages.putFromGuest($0) }
        program = []
        let target = UInt32(random.below(Int(Self.pages) / 2))
        device.setTarget(target)
        for _ in 0..<20000 {
            while let index = device.pending.indices.last, device.pending[index].role != .statistics || index > 0 {
                device.answer(index)
                if device.pending.allSatisfy({ $0.role == .statistics }) { break }
            }
            if !device.interrupts.isEmpty || nextWork.map({ $0 <= device.time }) ?? false { work() }
            device.time += 10_000_000
            if guest.driver.heldPages == Int(target), guest.driver.messagesInFlight == 0 { break }
        }
        if guest.driver.heldPages != Int(target) { table.fail("\(guest.driver.heldPages) held, \(target) wanted") }
        for page in table.frames.start..<table.frames.end
        where guest.driver.holds(UInt32(page)) != device.device.held.contains(page) {
            table.fail("page \(page) is held by one side only")
        }
        if device.device.reported != target { table.fail("actual is \(device.device.reported), not \(target) (D14)") }
        try guest.driver.suspend(&guest.pages)
        if table.freeCount != Int(table.frames.count) { table.fail("pages are lost: \(table.counts)") }
    }
}
