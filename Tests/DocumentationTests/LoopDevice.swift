import Balloon
import BalloonDevice
import Virtio

/// The device of the page about devices, reached by calls: what a driver's registers lead to.
final class LoopDevice {
    private final class Served {
        var queue: DeviceQueue
        let role: QueueRole

        init(_ queue: consuming DeviceQueue, _ role: QueueRole) {
            self.queue = queue
            self.role = role
        }
    }

    static let queueCount = 3

    let memory: LoopMemory
    var balloon: MachineBalloon
    private(set) var interrupts: InterruptCauses = []
    /// Queues whose driver was interrupted since it last asked.
    private var called: Set<Int> = []
    private var queues: [Int: Served] = [:]

    init(pages: UInt64) {
        memory = LoopMemory(bytes: Int(pages * PageFrame.size))
        balloon = MachineBalloon(pages: pages)
    }

    var offeredFeatures: UInt64 { balloon.device.offered.rawValue | VirtioFeatures.version1 }

    func reset() {
        queues = [:]
        called = []
        interrupts = []
        balloon.device.stop()
        balloon.device.forgetDriver()
    }

    /// DRIVER_OK.
    func start(features: UInt64, layouts: [Int: QueueLayout]) throws {
        let accepted = BalloonFeatures(rawValue: features)
        let configured = layouts.keys.reduce(0 as UInt32) { $0 | 1 << UInt32($1) }
        let roles = QueueAssignment(negotiated: accepted, configured: configured)
        for (number, layout) in layouts {
            guard let role = roles.role(of: number) else { continue }
            let ring = try QueueRing(
                kind: .split, size: layout.size, table: memory.base + Int(layout.descriptors),
                driver: memory.base + Int(layout.available), device: memory.base + Int(layout.used))
            queues[number] = Served(
                try DeviceQueue(ring: ring, base: 0, usesEventIndex: false, allowsIndirect: false), role)
        }
        balloon.start(accepted: accepted)
        for number in layouts.keys { kick(number) }
    }

    func kick(_ number: Int) {
        guard let served = queues[number] else { return }
        guard (try? balloon.serve(&served.queue, served.role, in: memory.ram)) == true else { return }
        called.insert(number)
        interrupts.insert(.queue)
    }

    func setTarget(_ pages: UInt32) {
        balloon.device.setTarget(pages)
        interrupts.insert(.configuration)
    }

    func takeInterrupts() -> InterruptCauses {
        defer { interrupts = [] }
        return interrupts
    }

    func takeCall(_ number: Int) -> Bool { called.remove(number) != nil }

    func readWord(_ offset: Int) -> UInt32 {
        var word: UInt32 = 0
        withUnsafeMutableBytes(of: &word) { balloon.device.readConfiguration(offset: offset, into: $0) }
        return UInt32(littleEndian: word)
    }

    func writeWord(_ offset: Int, _ value: UInt32) {
        withUnsafeBytes(of: value.littleEndian) { balloon.device.writeConfiguration(offset: offset, bytes: $0) }
    }
}
