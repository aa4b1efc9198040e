import Balloon
import ConformanceChecks
import Linux
import Synchronization
import Testing
import VhostUser

/// The driver's side of a split ring, written byte by byte: it can be made to break every rule.
final class RawRing: ChainWriter {
    let memory: FrontEndMemory
    let queue: FrontEndQueue
    /// Guest-physical; 64 KiB for what the driver sends.
    let buffer: UInt64
    /// The next entry of the available ring, and the used index that was seen (free-running).
    private(set) var available: UInt16 = 0
    private(set) var seen: UInt16 = 0
    var usesEventIndex = true
    /// How the device is told where that is not done by the eventfd.
    var notify: (() -> Void)?

    /// Bytes of guest memory that a ring takes, with its buffer.
    static let footprint: UInt64 = 0x2_0000
    static let bufferSize: UInt64 = 0x1_0000

    struct Flags {
        static let next: UInt16 = 1
        static let write: UInt16 = 2
        static let indirect: UInt16 = 4
    }

    /// - Parameter base: guest-physical address of ``footprint`` bytes; up to 1024 entries fit.
    init(_ memory: FrontEndMemory, at base: UInt64, size: UInt16 = 128) throws {
        self.memory = memory
        queue = try FrontEndQueue(size: size, descriptors: base, available: base + 0x4000, used: base + 0x8000)
        buffer = base + Self.bufferSize
    }

    // MARK: - Raw fields

    private func atomic16(_ address: UInt64) throws -> UnsafeMutablePointer<Atomic<UInt16>> {
        try memory.pointer(to: address, count: 2).assumingMemoryBound(to: Atomic<UInt16>.self)
    }

    var size: UInt16 { queue.size }

    func describe(
        _ index: UInt16, address: UInt64, length: UInt32, flags: UInt16 = 0, next: UInt16 = 0
    ) throws(FrontEndError) {
        try describe(
            at: queue.descriptors + 16 * UInt64(index), address: address, length: length, flags: flags, next: next)
    }

    func describe(
        at entry: UInt64, address: UInt64, length: UInt32, flags: UInt16 = 0, next: UInt16 = 0
    ) throws(FrontEndError) {
        Self.describe(
            try memory.pointer(to: entry, count: 16), address: address, length: length, flags: flags, next: next)
    }

    static func describe(
        _ entry: UnsafeMutableRawPointer, address: UInt64, length: UInt32, flags: UInt16, next: UInt16
    ) {
        entry.storeBytes(of: address, as: UInt64.self)
        entry.storeBytes(of: length, toByteOffset: 8, as: UInt32.self)
        entry.storeBytes(of: flags, toByteOffset: 12, as: UInt16.self)
        entry.storeBytes(of: next, toByteOffset: 14, as: UInt16.self)
    }

    func publish(_ index: UInt16) throws {
        available = index
        try atomic16(queue.available + 2).pointee.store(index, ordering: .releasing)
    }

    func setHead(_ entry: UInt16, _ head: UInt16) throws {
        let slot = UInt64(entry & (queue.size &- 1))
        try atomic16(queue.available + 4 + 2 * slot).pointee.store(head, ordering: .relaxed)
    }

    var usedIndex: UInt16 {
        get throws { try atomic16(queue.used + 2).pointee.load(ordering: .acquiring) }
    }

    func usedEntry(_ index: UInt16) throws -> (head: UInt32, length: UInt32) {
        let slot = UInt64(index & (queue.size &- 1))
        let entry = try memory.pointer(to: queue.used + 4 + 8 * slot, count: 8)
        return (entry.load(as: UInt32.self), entry.load(fromByteOffset: 4, as: UInt32.self))
    }

    /// As a fresh driver finds it.
    func reset() throws {
        for address in [queue.descriptors, queue.available, queue.used] {
            try memory.pointer(to: address, count: 0x4000).initializeMemory(as: UInt8.self, repeating: 0, count: 0x4000)
        }
        available = 0
        seen = 0
    }

    // MARK: - A well-behaved driver

    /// Makes chains available that are described already.
    func offer(_ heads: [UInt16]) throws {
        for (index, head) in heads.enumerated() { try setHead(available &+ UInt16(index), head) }
        try publish(available &+ UInt16(heads.count))
    }

    func kick() {
        if let notify {
            notify()
        } else {
            queue.kick.signal()
        }
    }

    /// Writes bytes into the queue's buffer.
    func fill(_ bytes: [UInt8], at offset: UInt64 = 0) throws {
        try memory.pointer(to: buffer + offset, count: bytes.count).copyMemory(from: bytes, byteCount: bytes.count)
    }

    /// Sends bytes as one readable buffer, and waits until it is returned.
    func send(_ bytes: [UInt8]) throws {
        try post(bytes)
        #expect(try awaitUsed() == [0])
    }

    /// Sends bytes as one readable buffer with head 0.
    func post(_ bytes: [UInt8]) throws {
        try fill(bytes)
        try describe(0, address: buffer, length: UInt32(bytes.count))
        try offer([0])
        kick()
    }

    /// Puts a buffer with these values on the queue, which is the statistics queue.
    func offerStatistics(_ values: [StatisticsTag: UInt64], head: UInt16 = 0) throws {
        var bytes: [UInt8] = []
        for (tag, value) in values {
            withUnsafeBytes(of: tag.rawValue.littleEndian) { bytes += $0 }
            withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
        }
        let offset = UInt64(head) * 1024
        try fill(bytes, at: offset)
        try describe(head, address: buffer + offset, length: UInt32(bytes.count))
        try offer([head])
        kick()
    }

    /// Waits for chains to be returned.
    ///
    /// - Returns: their heads; fewer than `count` where the deadline passed.
    func awaitUsed(_ count: Int = 1, within limit: UInt64 = 10_000_000_000) throws -> [UInt32] {
        let deadline = MonotonicClock.now() + limit
        var heads: [UInt32] = []
        while heads.count < count {
            while heads.count < count, try usedIndex != seen {
                heads.append(try usedEntry(seen).head)
                seen &+= 1
            }
            if heads.count == count { break }
            if usesEventIndex {
                let event = queue.available + 4 + 2 * UInt64(queue.size)
                try atomic16(event).pointee.store(seen, ordering: .sequentiallyConsistent)
                if try usedIndex != seen { continue }
            }
            guard try queue.awaitCall(until: deadline) else { break }
        }
        return heads
    }

    /// Chains that were returned and not looked at.
    var returned: Int { get throws { Int(try usedIndex &- seen) } }
}
