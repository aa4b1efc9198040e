import ConformanceChecks
import Balloon
import Linux
import Testing
import VfioUser
import VhostUser
import Virtio

/// QEMU and a guest's driver in one, over vfio-user. It keeps the rules unless a test makes it break them.
final class VfioGuest {
    let front: VfioUserFrontEnd
    let memory: FrontEndMemory
    let rings: [RawRing]
    /// The interrupt for configuration changes.
    let change: EventCounter
    private var numbers: [QueueRole: Int] = [:]

    init(_ path: String, size: UInt64 = 64 << 20) throws {
        let memory = try FrontEndMemory(size: size, low: size)
        self.memory = memory
        rings = try (0..<5).map { try RawRing(memory, at: 0x10_0000 + UInt64($0) * RawRing.footprint) }
        change = try EventCounter()
        front = try VfioUserFrontEnd(path: path)
        try front.open()
        try map()
        try front.setInterrupts(2, count: 1, events: [change.descriptor.raw])
        for (index, ring) in rings.enumerated() {
            try front.setInterrupts(2, start: UInt32(index + 1), count: 1, events: [ring.queue.call.descriptor.raw])
            ring.platform.notify = { [front] in try? front.notify(index) }
        }
    }

    func map() throws {
        try front.map(0, size: memory.file.size, fileOffset: 0, in: memory.file.descriptor.raw)
    }

    // MARK: - Registers, by their offsets in the common structure

    private func write(_ offset: Int, _ value: UInt64, _ count: Int) throws {
        let bytes = withUnsafeBytes(of: value.littleEndian) { Array($0.prefix(count)) }
        try front.write(VfioUserFrontEnd.bar, offset, bytes, isPosted: true)
    }

    func status() throws -> UInt8 { try front.read(VfioUserFrontEnd.bar, offset: 0x14, count: 1)[0] }
    func setStatus(_ status: UInt64) throws { try write(0x14, status, 1) }

    /// A fresh driver, with queues as Linux numbers them: DRIVER_OK.
    func load(_ features: BalloonFeatures = TestGuest.linux, transport: UInt64 = TestGuest.transport) throws {
        numbers = [:]
        for role in QueueRole.allCases {
            if let feature = role.feature, !features.contains(feature) { continue }
            numbers[role] = numbers.count
        }
        // MSI-X on.
        try front.write(VfioUserFrontEnd.configuration, 0x42, [0, 0x80])
        for status in [0, 1, 3] as [UInt64] { try setStatus(status) }
        for half in 0..<2 as Range<UInt64> {
            try write(0x08, half, 4)
            try write(0x0c, (features.rawValue | transport) >> (32 * half), 4)
        }
        try setStatus(11)
        try #require(try status() == 11)
        try write(0x10, 0, 2)
        for number in numbers.values {
            let ring = rings[number]
            try ring.reset()
            ring.usesEventIndex = transport & VirtioFeatures.eventIndex != 0
            try write(0x16, UInt64(number), 2)
            try write(0x1a, UInt64(number + 1), 2)
            for (offset, address) in [
                (0x20, ring.queue.descriptors), (0x28, ring.queue.available), (0x30, ring.queue.used),
            ] {
                try write(offset, address, 4)
                try write(offset + 4, address >> 32, 4)
            }
            try write(0x1c, 1, 2)
        }
        try setStatus(15)
        try #require(try status() == 15)
    }

    // MARK: - The driver

    func ring(_ role: QueueRole) throws -> RawRing { rings[try #require(numbers[role])] }

    func inflate(_ pages: some Sequence<UInt32>) throws { try ring(.inflate).send(TestGuest.bytes(pages)) }
    func deflate(_ pages: some Sequence<UInt32>) throws { try ring(.deflate).send(TestGuest.bytes(pages)) }

    func numPages() throws -> UInt32 { try word(0x2000) }
    func actual() throws -> UInt32 { try word(0x2004) }

    func write(actual: UInt32) throws { try write(0x2004, UInt64(actual), 4) }

    private func word(_ offset: Int) throws -> UInt32 {
        try front.read(VfioUserFrontEnd.bar, offset: offset, count: 4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Waits for the interrupt of a configuration change.
    func awaitChange(within limit: UInt64 = 10_000_000_000) throws -> Bool {
        let deadline = MonotonicClock.now() + limit
        return try Readiness.awaitReadable(change.descriptor.raw, until: deadline) && change.drain()
    }
}
