import TestSupport
import Virtio

/// The device's side of a packed queue, with a driver that writes what it likes into the ring.
final class PackedBench {
    enum Flag {
        static let next: UInt16 = 1
        static let write: UInt16 = 2
        static let indirect: UInt16 = 4
    }

    let memory = TestMemory(size: 1 << 20)
    let size: UInt16
    private(set) var queue: PackedQueue
    var chain = DescriptorChain()
    /// Entries that were made available, and seen to be used, ever.
    var written: Int
    var seen: Int

    static let driverEvent: UInt64 = 0x8_0000
    static let deviceEvent: UInt64 = 0x8_0010
    /// Where tests put tables.
    static let table: UInt64 = 0x9_0000

    init(size: UInt16 = 8, from start: Int = 0, eventIndex: Bool = false, indirect: Bool = true) throws {
        self.size = size
        written = start
        seen = start
        let place = Self.place(start, size)
        queue = try PackedQueue(
            ring: try Self.ring(memory, size), available: place, used: place, usesEventIndex: eventIndex,
            allowsIndirect: indirect)
    }

    static func ring(_ memory: TestMemory, _ size: UInt16) throws -> PackedRing {
        guard let base = memory.bytes.baseAddress else { throw QueueFault.ringLost }
        return try PackedRing(
            size: size, descriptors: base, driver: base + Int(driverEvent), device: base + Int(deviceEvent))
    }

    static func place(_ count: Int, _ size: UInt16) -> PackedPosition {
        PackedPosition(index: UInt16(count % Int(size)), wrap: count / Int(size) % 2 == 0)
    }

    // MARK: - The driver

    /// Writes one entry, without making it available.
    func describe(_ entry: UInt64, _ address: UInt64, _ length: UInt32, id: UInt16 = 0, flags: UInt16 = 0) {
        memory.store(address, at: entry)
        memory.store(length, at: entry + 8)
        memory.store(id, at: entry + 12)
        memory.store(flags, at: entry + 14)
    }

    /// Writes the next entry, and makes it available.
    func offer(_ address: UInt64, _ length: UInt32, id: UInt16 = 0, flags: UInt16 = 0) {
        let place = Self.place(written, size)
        let marks: UInt16 = place.wrap ? 1 << 7 : 1 << 15
        describe(16 * UInt64(place.index), address, length, id: id, flags: flags | marks)
        written += 1
    }

    func offer(_ buffers: [DescriptorChain.Buffer], id: UInt16 = 0) {
        for (index, buffer) in buffers.enumerated() {
            let next = index == buffers.count - 1 ? 0 : Flag.next
            offer(buffer.address, buffer.length, id: id, flags: next | (buffer.isDeviceWritable ? Flag.write : 0))
        }
    }

    /// The next return, which stands for `count` entries.
    func takeUsed(_ count: Int = 1) -> (id: UInt16, length: UInt32, isWritten: Bool)? {
        let place = Self.place(seen, size)
        let entry = 16 * UInt64(place.index)
        let flags = memory.load(UInt16.self, at: entry + 14)
        guard flags & 0x8080 == (place.wrap ? 0x8080 : 0) else { return nil }
        seen += count
        return (
            memory.load(UInt16.self, at: entry + 12), memory.load(UInt32.self, at: entry + 8), flags & Flag.write != 0
        )
    }

    // MARK: - The device

    func next() throws(QueueFault) -> NextChain { try queue.next(from: memory, into: &chain) }
    func complete(_ head: UInt16, written: UInt32 = 0) { queue.complete(head: head, written: written) }
    func needsNotification() -> Bool { queue.needsNotification() }
    func rearm() -> Bool { queue.rearm() }
    var isBlank: Bool { queue.isBlank }
    var nextAvailable: PackedPosition { queue.nextAvailable }
    var nextUsed: PackedPosition { queue.nextUsed }
}
