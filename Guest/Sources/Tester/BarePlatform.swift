internal import Balloon
internal import Board
internal import ConformanceChecks
internal import Virtio

/// The machine that the tester runs in, and its balloon.
final class BarePlatform: CheckPlatform {
    private let machine: Machine
    private let console: Console
    private var bus: AnyBus
    let playground: Playground
    private(set) var offeredFeatures: UInt64 = 0
    /// Interrupts that were taken and not yet waited for.
    private var causes: InterruptCauses = []

    init(_ machine: Machine, _ console: Console, _ room: Room) {
        self.machine = machine
        self.console = console
        bus = AnyBus.find(machine)
        let end = UInt32(truncatingIfNeeded: room.end)
        playground = Playground(
            rings: room.rings.start << PageFrame.shift, firstPage: UInt32(truncatingIfNeeded: room.pages.start),
            hole: end, high: nil, end: end, bulk: room.bulk.start << PageFrame.shift,
            bulkLength: UInt32(truncatingIfNeeded: room.bulk.count << PageFrame.shift))
        // Page numbers that no machine has: a device can pass over them fast.
        UnsafeMutableRawPointer(bitPattern: UInt(playground.bulk))?
            .initializeMemory(as: UInt8.self, repeating: 0xff, count: Int(playground.bulkLength))
    }

    var isBalloon: Bool { bus.identify() == .device(5) }
    var patience: UInt64 { 5_000_000_000 }
    var hasConfiguration: Bool { true }

    func now() -> UInt64 { Machine.now() }

    func rest(_ nanoseconds: UInt64) {
        let deadline = Machine.now() &+ nanoseconds
        while Machine.now() < deadline { sleep(until: deadline) }
    }

    private func sleep(until deadline: UInt64) {
        machine.acknowledgeInterrupts()
        machine.idle(until: deadline)
    }

    /// The checks' own memory is all that they ask for, and it lies where it is for the device.
    func pointer(to address: UInt64, count: Int) throws(CheckError) -> UnsafeMutableRawPointer {
        guard let pointer = UnsafeMutableRawPointer(bitPattern: UInt(address)) else { throw .failed("address 0") }
        return pointer
    }

    /// Memory that the host took away reads as zeros.
    func resident(_ pages: Range<UInt32>) throws(CheckError) -> UInt64 {
        var bytes: UInt64 = 0
        for page in pages where try !isZero(page) { bytes += PageFrame.size }
        return bytes
    }

    private func isZero(_ page: UInt32) throws(CheckError) -> Bool {
        let words = try pointer(to: UInt64(page) << PageFrame.shift, count: 4096)
        for index in 0..<512 where words.load(fromByteOffset: 8 * index, as: UInt64.self) != 0 { return false }
        return true
    }

    // MARK: - Life

    func renew() throws(CheckError) {
        try reset()
        bus.setStatus(.acknowledge)
        bus.setStatus([.acknowledge, .driver])
        offeredFeatures = bus.offeredFeatures()
    }

    private func reset() throws(CheckError) {
        bus.setStatus([])
        let deadline = Machine.now() &+ patience
        while bus.status().rawValue != 0 {
            guard Machine.now() < deadline else { throw .failed("the device does not complete its reset") }
            sleep(until: Machine.now() &+ 1_000_000)
        }
        _ = bus.takeInterrupts()
        causes = []
    }

    func leave() {
        // Nothing is left to be done for a device that does not even reset.
        try? reset()
    }

    func queueSizeLimit(_ queue: Int) -> UInt16 { bus.queueSizeLimit(queue) }

    func prepare(features: UInt64, queues: [QueuePlace]) throws(CheckError) {
        try renew()
        bus.acceptFeatures(features)
        bus.setStatus([.acknowledge, .driver, .featuresOK])
        guard bus.status().contains(.featuresOK) else { throw .failed("the device does not accept the features") }
        for queue in queues {
            let layout = QueueLayout(
                size: queue.size, descriptors: queue.descriptors, available: queue.available, used: queue.used)
            guard bus.enable(queue.number, layout) else {
                throw .failed("queue \(queue.number) does not let itself be enabled")
            }
        }
    }

    func start() throws(CheckError) { bus.setStatus([.acknowledge, .driver, .featuresOK, .driverOK]) }

    // MARK: - Queues

    func kick(_ queue: Int) { bus.notify(queue) }

    func awaitCall(_ queue: Int, until deadline: UInt64) throws(CheckError) -> Bool {
        try wait(for: .queue, until: deadline)
    }

    func awaitConfigurationChange(until deadline: UInt64) throws(CheckError) -> Bool {
        try wait(for: .configuration, until: deadline)
    }

    private func wait(for cause: InterruptCauses, until deadline: UInt64) throws(CheckError) -> Bool {
        while true {
            causes.formUnion(bus.takeInterrupts())
            if bus.status().contains(.needsReset) { throw .failed("the device stopped with NEEDS_RESET") }
            if causes.contains(cause) {
                causes.remove(cause)
                return true
            }
            guard Machine.now() < deadline else { return false }
            sleep(until: deadline)
        }
    }

    func isGivenUp(_ queue: Int) throws(CheckError) -> Bool { bus.status().contains(.needsReset) }

    // MARK: - Configuration

    /// A read waits for the writes before it.
    func synchronize() throws(CheckError) { _ = bus.readConfiguration(0) }

    func readWord(_ offset: Int) throws(CheckError) -> UInt32 { bus.readConfiguration(offset) }

    func writeWord(_ offset: Int, _ value: UInt32) throws(CheckError) { bus.writeConfiguration(offset, value) }

    /// Asks whoever reads the serial line.
    func beginHinting() throws(CheckError) -> Bool {
        console.line("# please begin free page hinting")
        return true
    }
}
