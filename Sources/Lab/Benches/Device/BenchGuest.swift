import Balloon
import Linux
import VhostUser
import Virtio

/// A VMM and a guest's driver in one, that sends messages of page numbers to a balloon over vhost-user and waits for
/// each.
final class BenchGuest {
    let memory: FrontEndMemory
    private let front: VhostUserFrontEnd
    private var inflateQueue: BenchQueue
    private var deflateQueue: BenchQueue

    /// Where the pages lie that the guest gives.
    static let firstPage: UInt32 = 16384
    static let pages: UInt32 = 16384

    init(_ path: String) throws {
        let memory = try FrontEndMemory(size: UInt64(Self.firstPage + Self.pages) << 12)
        self.memory = memory
        inflateQueue = try BenchQueue(memory, at: 1 << 20)
        deflateQueue = try BenchQueue(memory, at: 2 << 20)
        front = try VhostUserFrontEnd(path: path)
        try front.open(queues: [inflateQueue.queue, deflateQueue.queue])
        let features =
            BalloonFeatures.mustTellHost.rawValue | VirtioFeatures.version1 | VirtioFeatures.eventIndex
            | VirtioFeatures.indirectDescriptors
        try front.start(
            features: features & (front.offeredFeatures | VirtioFeatures.version1), memory: memory,
            queues: [inflateQueue.queue, deflateQueue.queue])
    }

    /// Sends one message.
    ///
    /// - Returns: from the kick until the message is used (ns).
    func inflate(_ pages: [UInt32]) throws -> UInt64 { try inflateQueue.send(pages) }
    func deflate(_ pages: [UInt32]) throws -> UInt64 { try deflateQueue.send(pages) }
}

/// One queue of a ``BenchGuest``.
struct BenchQueue: ~Copyable {
    let queue: FrontEndQueue
    private let buffer: SharedArea
    private var ring: DriverQueue<128>

    /// - Parameter base: guest-physical address of 128 KiB.
    init(_ memory: FrontEndMemory, at base: UInt64) throws {
        let queue = try FrontEndQueue(
            size: 128, descriptors: base, available: base + 0x4000, used: base + 0x8000)
        let area = SharedArea(base: try memory.pointer(to: base, count: 0x2_0000), address: base, count: 0x2_0000)
        area.clear()
        let parts = try SplitRing(
            size: 128, descriptors: area.base, available: area.base + 0x4000, used: area.base + 0x8000)
        ring = try DriverQueue(ring: .split(parts), usesEventIndex: true)
        buffer = SharedArea(base: area.base + 0x1_0000, address: base + 0x1_0000, count: 0x1_0000)
        self.queue = queue
    }

    mutating func send(_ pages: [UInt32]) throws -> UInt64 {
        let bytes = pages.count * 4
        pages.withUnsafeBytes { numbers in
            if let start = numbers.baseAddress { buffer.base.copyMemory(from: start, byteCount: bytes) }
        }
        try ring.add(.init(address: buffer.address, length: UInt32(bytes), isDeviceWritable: false), token: 0)
        let start = MonotonicClock.now()
        if ring.publish() { queue.kick.signal() }
        while try ring.next() == nil {
            if ring.rearm() { continue }
            guard try queue.awaitCall(until: start + 10_000_000_000) else {
                throw LabError(.timedOut, "a message was not returned within ten seconds")
            }
        }
        return MonotonicClock.now() - start
    }
}
