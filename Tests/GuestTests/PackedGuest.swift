import Balloon
import Linux
import Testing
import VhostUser
import Virtio

/// QEMU and a guest's driver in one, with packed rings: queue 0 inflates, 1 deflates, 2 is for statistics.
final class PackedGuest {
    let front: VhostUserFrontEnd
    let memory: FrontEndMemory
    private let drivers: [FrontEndDriver]
    private var queues: [FrontEndQueue] { drivers.map(\.queue) }

    private static let features =
        BalloonFeatures([.mustTellHost, .statistics]).rawValue | VirtioFeatures.version1 | VirtioFeatures.eventIndex
        | VirtioFeatures.packedRing

    /// - Parameter size: entries of each ring.
    init(_ path: String, size: UInt16) throws {
        let memory = try FrontEndMemory(size: 64 << 20, low: 32 << 20)
        self.memory = memory
        drivers = try (0..<3).map { index in
            try FrontEndDriver(
                memory, at: 0x10_0000 + index * FrontEndDriver.footprint, size: size, kind: .packed,
                usesEventIndex: true)
        }
        front = try VhostUserFrontEnd(path: path)
        try front.open(queues: queues)
    }

    /// A fresh driver.
    func load() throws {
        for driver in drivers { try driver.restart() }
        try start()
    }

    func start(_ bases: [UInt32]? = nil) throws {
        try front.start(features: Self.features, memory: memory, queues: queues, bases: bases)
        _ = try front.ask(.getFeatures)
    }

    func stop() throws -> [UInt32] { try front.stop(queues: [0, 1, 2]) }

    /// Makes one readable buffer available.
    func post(_ bytes: [UInt8], on queue: Int, token: UInt16 = 0) throws {
        let driver = drivers[queue]
        let address = driver.buffer + 1024 * UInt64(token % 16)
        try memory.pointer(to: address, count: bytes.count).copyMemory(from: bytes, byteCount: bytes.count)
        try driver.add(.init(address: address, length: UInt32(bytes.count), isDeviceWritable: false), token: token)
        driver.flush()
    }

    /// Makes the entry at `index` available by hand, in the first round.
    func write(_ index: UInt16, id: UInt16, length: UInt32 = 4, flags: Descriptor.Flags = [], on queue: Int) throws {
        try packed(queue).setDescriptor(
            index,
            PackedDescriptor(
                address: drivers[queue].buffer, length: length, id: id, flags: flags.union(.available(wrap: true))))
    }

    func kick(_ queue: Int) { queues[queue].kick.signal() }

    /// The id and length of the entry at `index`, if the device has used it in the first round.
    func used(_ index: UInt16, on queue: Int) throws -> [UInt32]? {
        let entry = try packed(queue).descriptor(index)
        return entry.flags.isUsed(wrap: true) ? [UInt32(entry.id), entry.length] : nil
    }

    private func packed(_ queue: Int) throws -> PackedRing {
        guard case .packed(let ring) = try drivers[queue].fields() else { throw QueueFault.badSize }
        return ring
    }

    /// Blocks until the device calls.
    func awaitCall(_ queue: Int) throws -> Bool {
        try queues[queue].awaitCall(until: MonotonicClock.now() + 10_000_000_000)
    }

    /// Waits for a chain to be returned, and returns its token.
    func awaitUsed(on queue: Int, within limit: UInt64 = 10_000_000_000) throws -> UInt16? {
        try drivers[queue].awaitNext(until: MonotonicClock.now() + limit)
    }

    func send(_ pages: some Sequence<UInt32>, on queue: Int) throws {
        try post(TestGuest.bytes(pages), on: queue)
        #expect(try awaitUsed(on: queue) == 0)
    }
}
