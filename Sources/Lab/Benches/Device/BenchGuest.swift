import Balloon
import Linux
import VhostUser
import Virtio

/// A VMM and a guest's driver in one, that sends messages of page numbers to a balloon over vhost-user and waits for
/// each.
final class BenchGuest {
    let memory: FrontEndMemory
    private let front: VhostUserFrontEnd
    private let inflateDriver: FrontEndDriver
    private let deflateDriver: FrontEndDriver

    /// The pages that the guest gives: the first page frame, and how many.
    static let firstPage: UInt32 = 16384
    static let pages: UInt32 = 16384

    init(_ path: String) throws {
        let memory = try FrontEndMemory(size: UInt64(Self.firstPage + Self.pages) << 12)
        self.memory = memory
        inflateDriver = try FrontEndDriver(memory, at: 1 << 20, usesEventIndex: true)
        deflateDriver = try FrontEndDriver(memory, at: 2 << 20, usesEventIndex: true)
        let queues = [inflateDriver.queue, deflateDriver.queue]
        front = try VhostUserFrontEnd(path: path)
        try front.open(queues: queues)
        let features =
            BalloonFeatures.mustTellHost.rawValue | VirtioFeatures.version1 | VirtioFeatures.eventIndex
            | VirtioFeatures.indirectDescriptors
        try front.start(
            features: features & (front.offeredFeatures | VirtioFeatures.version1), memory: memory, queues: queues)
    }

    /// Sends one message.
    ///
    /// - Returns: from the kick until the message is used (ns).
    func inflate(_ pages: [UInt32]) throws -> UInt64 { try send(pages, inflateDriver) }
    func deflate(_ pages: [UInt32]) throws -> UInt64 { try send(pages, deflateDriver) }

    private func send(_ pages: [UInt32], _ driver: FrontEndDriver) throws -> UInt64 {
        let bytes = pages.count * 4
        let buffer = try memory.pointer(to: driver.buffer, count: bytes)
        pages.withUnsafeBytes { numbers in
            if let start = numbers.baseAddress { buffer.copyMemory(from: start, byteCount: bytes) }
        }
        try driver.add(.init(address: driver.buffer, length: UInt32(bytes), isDeviceWritable: false))
        let start = MonotonicClock.now()
        driver.flush()
        guard try driver.awaitNext(until: start + 10_000_000_000) != nil else {
            throw LabError(.timedOut, "a message was not returned within ten seconds")
        }
        return MonotonicClock.now() - start
    }
}
