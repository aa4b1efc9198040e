import TestSupport
import Balloon
import BalloonDevice
import BalloonDriver
import Virtio

/// Our device behind a transport in the same process, with a schedule instead of a thread: what the driver sends is
/// seen at once, and answered when the test says so, in any order.
final class TestDevice {
    struct Pending {
        var role: QueueRole
        var chain: DescriptorChain
    }

    /// Where the driver's shared memory lies for the device.
    static let sharedAddress: UInt64 = 1 << 40
    static let sharedBytes = 1 << 17

    var device: BalloonDevice
    let table: PageTable
    let sharedBase = UnsafeMutableRawPointer.allocate(byteCount: sharedBytes, alignment: 4096)
    let offered: UInt64
    var status = DeviceStatus()
    /// The driver has set DRIVER_OK, and has not reset the device since.
    var isDriverReady = false
    var accepted: UInt64 = 0
    var layouts: [Int: QueueLayout] = [:]
    var queues: [Int: QueueBox] = [:]
    var assignment = QueueAssignment(negotiated: [], configured: 0)
    var pending: [Pending] = []
    var interrupts = InterruptCauses()
    var generation: UInt32 = 0
    var notifications = 0
    /// Pages in inflate and deflate messages that the device has not looked at.
    var unseenInflations = 0
    var unseenDeflations = 0
    /// What `actual` was set to, in order.
    var actuals: [UInt32] = []
    var reportBuffers: [Int] = []
    var time: UInt64 = 1
    var random: SeededGenerator
    /// What happens while the driver waits.
    var onRelax: (() -> Void)?

    // Misbehaviour, for the tests of bad input.
    var identity = TransportIdentity.device(5)
    var queueLimit: UInt16 = 128
    var queueCount = 5
    var refusesFeatures = false
    var neverResets = false
    var refusesQueues = false
    var generationRuns = false

    final class QueueBox {
        var queue: DeviceQueue
        init(_ queue: consuming DeviceQueue) { self.queue = queue }
    }

    init(
        offering features: BalloonFeatures, transport: UInt64 = VirtioFeatures.version1, table: PageTable,
        random: SeededGenerator
    ) {
        device = BalloonDevice(offering: features)
        device.setLayout(GuestLayout(memory: [table.frames]))
        offered = features.rawValue | transport
        self.table = table
        self.random = random
        sharedBase.initializeMemory(as: UInt8.self, repeating: 0, count: Self.sharedBytes)
    }

    deinit { sharedBase.deallocate() }

    var shared: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: sharedBase, count: Self.sharedBytes)
    }

    var negotiated: BalloonFeatures { BalloonFeatures(rawValue: accepted) }
    var usesEventIndex: Bool { accepted & VirtioFeatures.eventIndex != 0 }

    // MARK: - Life

    /// A reset takes effect: nothing is in flight any more, and no page is the device's.
    func reset() {
        status = []
        pending = []
        queues = [:]
        layouts = [:]
        interrupts = []
        unseenInflations = 0
        unseenDeflations = 0
        device.stop()
        device.forgetDriver()
        device.startFresh()
        device.stop()
        table.forgetClaims()
    }

    func startQueues() {
        device.negotiate(negotiated)
        device.startFresh()
        let configured = layouts.keys.reduce(UInt32(0)) { $0 | 1 << UInt32($1) }
        assignment = QueueAssignment(negotiated: negotiated, configured: configured)
        table.mustTellHost = negotiated.contains(.mustTellHost)
        for (number, layout) in layouts {
            func pointer(_ address: UInt64) -> UnsafeMutableRawPointer {
                sharedBase + Int(address - Self.sharedAddress)
            }
            let kind = RingKind(features: accepted)
            do throws(QueueFault) {
                let ring = try QueueRing(
                    kind: kind, size: layout.size, table: pointer(layout.descriptors),
                    driver: pointer(layout.available), device: pointer(layout.used))
                let queue = try DeviceQueue(
                    ring: ring, base: kind.freshBase, usesEventIndex: usesEventIndex,
                    allowsIndirect: accepted & VirtioFeatures.indirectDescriptors != 0)
                queues[number] = QueueBox(queue)
            } catch {
                return table.fail("queue \(number) is laid out badly: \(error)")
            }
        }
        for number in layouts.keys.sorted() { see(number) }
    }

    /// Asks for another size.
    func setTarget(_ pages: UInt32) {
        device.setTarget(pages)
        changeConfiguration()
    }

    func changeConfiguration() {
        generation &+= 1
        interrupts.insert(.configuration)
    }
}

/// The driver's memory, as the device reads it.
struct SharedMemory: GuestMemory {
    let bytes: UnsafeMutableRawBufferPointer

    func read(_ address: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(GuestMemoryError) {
        guard address >= TestDevice.sharedAddress else { throw .outsideMemory }
        let offset = address - TestDevice.sharedAddress
        guard offset <= UInt64(bytes.count), UInt64(buffer.count) <= UInt64(bytes.count) - offset,
            let base = bytes.baseAddress
        else { throw .outsideMemory }
        buffer.copyMemory(from: UnsafeRawBufferPointer(start: base + Int(offset), count: buffer.count))
    }
}

/// Discards go to the table, which knows whether they are allowed.
struct TableSink: DiscardSink {
    let table: PageTable
    mutating func discard(_ run: PageRun) { table.discard(run) }
    // It discards at once.
    mutating func takeBack(_ run: PageRun) {}
}
