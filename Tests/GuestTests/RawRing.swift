import Balloon
import ConformanceChecks
import Linux
import Testing
import VhostUser
import Virtio

/// A split ring of a test's guest, written field by field: it can be made to break every rule.
typealias RawRing = CheckRing<WirePlatform>

/// Where one ring lies, and how device and driver notify each other.
final class WirePlatform: RingPlatform {
    let memory: FrontEndMemory
    let queue: FrontEndQueue
    let patience: UInt64 = 10_000_000_000
    /// How the device is told where that is not done by the eventfd.
    var notify: (() -> Void)?

    init(_ memory: FrontEndMemory, _ queue: FrontEndQueue) {
        self.memory = memory
        self.queue = queue
    }

    func now() -> UInt64 { MonotonicClock.now() }

    func pointer(to address: UInt64, count: Int) throws(CheckError) -> UnsafeMutableRawPointer {
        do throws(FrontEndError) {
            return try memory.pointer(to: address, count: count)
        } catch {
            throw .failed("\(error)")
        }
    }

    func kick(_ queue: Int) {
        if let notify {
            notify()
        } else {
            self.queue.kick.signal()
        }
    }

    func awaitCall(_ queue: Int, until deadline: UInt64) throws(CheckError) -> Bool {
        do throws(SystemError) {
            return try self.queue.awaitCall(until: deadline)
        } catch {
            throw .failed("\(error)")
        }
    }
}

extension CheckRing<WirePlatform> {
    /// - Parameter base: guest-physical address of ``footprint`` bytes that are zero; up to 1024 entries fit.
    convenience init(_ memory: FrontEndMemory, at base: UInt64, size: UInt16 = 128) throws {
        let queue = try FrontEndQueue(size: size, descriptors: base, available: base + 0x4000, used: base + 0x8000)
        self.init(WirePlatform(memory, queue), at: base, size: size)
    }

    var queue: FrontEndQueue { platform.queue }

    /// As a fresh driver finds it.
    func reset() throws { try reset(number: 0, size: size, kind: .split) }

    /// Sends bytes as one readable buffer, and waits until it is returned.
    func send(_ bytes: [UInt8]) throws {
        try post(bytes)
        #expect(try awaitHeads() == [0])
    }

    /// Waits for chains to be returned.
    ///
    /// - Returns: their heads; fewer than `count` where the deadline passed.
    func awaitHeads(_ count: Int = 1, within limit: UInt64? = nil) throws -> [UInt32] {
        try awaitUsed(count, within: limit).map(\.head)
    }

    /// Puts a buffer with these values on the queue, which is the statistics queue.
    func offerStatistics(_ values: [StatisticsTag: UInt64], head: UInt16 = 0) throws {
        var bytes: [UInt8] = []
        for (tag, value) in values {
            withUnsafeBytes(of: tag.rawValue.littleEndian) { bytes += $0 }
            withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
        }
        try post(bytes, head: head, at: UInt64(head) * 1024)
    }

    /// Chains that were returned and not looked at.
    var returned: Int { get throws { Int(try usedIndex() &- seen) } }
}
