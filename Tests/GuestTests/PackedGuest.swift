import Balloon
import Linux
import Testing
import VhostUser
import Virtio

/// QEMU and a guest's driver in one, with packed rings: queue 0 inflates, 1 deflates, 2 is for statistics.
final class PackedGuest {
    private final class Side {
        var driver: DriverQueue<128>
        init(_ driver: consuming DriverQueue<128>) { self.driver = driver }
    }

    let front: VhostUserFrontEnd
    let memory: FrontEndMemory
    private let queues: [FrontEndQueue]
    private var sides: [Side] = []

    private static let features =
        BalloonFeatures([.mustTellHost, .statistics]).rawValue | VirtioFeatures.version1 | VirtioFeatures.eventIndex
        | VirtioFeatures.packedRing

    /// - Parameter size: entries of each ring.
    init(_ path: String, size: UInt16) throws {
        memory = try FrontEndMemory(size: 64 << 20, low: 32 << 20)
        queues = try (0..<3).map { index in
            let base = UInt64(0x10_0000 + index * 0x1_0000)
            return try FrontEndQueue(size: size, descriptors: base, available: base + 0x4000, used: base + 0x4010)
        }
        front = try VhostUserFrontEnd(path: path)
        try front.open(queues: queues)
    }

    /// A fresh driver.
    func load() throws {
        sides = []
        for queue in queues {
            let table = try memory.pointer(to: queue.descriptors, count: 0x8000)
            table.initializeMemory(as: UInt8.self, repeating: 0, count: 0x8000)
            let ring = try QueueRing(
                kind: .packed, size: queue.size, table: table, driver: table + 0x4000, device: table + 0x4010)
            sides.append(Side(try DriverQueue(ring: ring, usesEventIndex: true)))
        }
        try start()
    }

    func start(_ bases: [UInt32]? = nil) throws {
        try front.start(features: Self.features, memory: memory, queues: queues, bases: bases)
        _ = try front.ask(.getFeatures)
    }

    func stop() throws -> [UInt32] { try front.stop(queues: [0, 1, 2]) }

    /// Makes one readable buffer available.
    func post(_ bytes: [UInt8], on queue: Int, token: UInt16 = 0) throws {
        let address = queues[queue].descriptors + 0x8000 + 1024 * UInt64(token % 32)
        try memory.pointer(to: address, count: bytes.count).copyMemory(from: bytes, byteCount: bytes.count)
        try sides[queue].driver.add(
            .init(address: address, length: UInt32(bytes.count), isDeviceWritable: false), token: token)
        if sides[queue].driver.publish() { queues[queue].kick.signal() }
    }

    /// Makes the entry at `index` available by hand, in the first round.
    func write(_ index: UInt16, id: UInt16, length: UInt32 = 4, flags: UInt16 = 0, on queue: Int) throws {
        let entry = try memory.pointer(to: queues[queue].descriptors + 16 * UInt64(index), count: 16)
        entry.storeBytes(of: queues[queue].descriptors + 0x8000, as: UInt64.self)
        entry.storeBytes(of: length, toByteOffset: 8, as: UInt32.self)
        entry.storeBytes(of: id, toByteOffset: 12, as: UInt16.self)
        entry.storeBytes(of: flags | 0x80, toByteOffset: 14, as: UInt16.self)
    }

    func kick(_ queue: Int) { queues[queue].kick.signal() }

    /// The id and length of the entry at `index`, if the device has used it in the first round.
    func used(_ index: UInt16, on queue: Int) throws -> [UInt32]? {
        let entry = try memory.pointer(to: queues[queue].descriptors + 16 * UInt64(index), count: 16)
        guard entry.load(fromByteOffset: 14, as: UInt16.self) & 0x8080 == 0x8080 else { return nil }
        return [
            UInt32(entry.load(fromByteOffset: 12, as: UInt16.self)), entry.load(fromByteOffset: 8, as: UInt32.self),
        ]
    }

    /// Blocks until the device calls.
    func awaitCall(_ queue: Int) throws -> Bool {
        try queues[queue].awaitCall(until: MonotonicClock.now() + 10_000_000_000)
    }

    /// Waits for a chain to be returned, and returns its token.
    func awaitUsed(on queue: Int, within limit: UInt64 = 10_000_000_000) throws -> UInt16? {
        let deadline = MonotonicClock.now() + limit
        while true {
            if let done = try sides[queue].driver.next() { return done.token }
            if sides[queue].driver.rearm() { continue }
            guard try queues[queue].awaitCall(until: deadline) else { return nil }
        }
    }

    func send(_ pages: some Sequence<UInt32>, on queue: Int) throws {
        try post(TestGuest.bytes(pages), on: queue)
        #expect(try awaitUsed(on: queue) == 0)
    }
}
