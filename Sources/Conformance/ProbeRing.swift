import Linux
import Synchronization
import VhostUser
import Virtio

/// The driver's side of a ring, written byte by byte, so that it can be made to break every rule.
final class ProbeRing {
    let memory: FrontEndMemory
    let queue: FrontEndQueue
    /// Guest-physical; ``bufferSize`` bytes for what the driver sends.
    let buffer: UInt64
    /// How long the device may take (ns).
    let patience: UInt64
    let kind: RingKind
    var usesEventIndex = true
    /// The next entry of the available ring, and the used index that was seen (free-running).
    private var available: UInt16 = 0
    private var seen: UInt16 = 0
    private var packed = PackedProbeState()

    static let size: UInt16 = 128
    /// Bytes of guest memory that a ring takes, with its buffer.
    static let footprint: UInt64 = 0x2_0000
    static let bufferSize: UInt64 = 0x1_0000

    enum Flags {
        static let next: UInt16 = 1
        static let write: UInt16 = 2
        static let indirect: UInt16 = 4
    }

    /// - Parameter base: guest-physical address of ``footprint`` bytes.
    init(_ memory: FrontEndMemory, at base: UInt64, kind: RingKind, patience: UInt64) throws {
        self.kind = kind
        self.memory = memory
        self.patience = patience
        queue = try FrontEndQueue(
            size: Self.size, descriptors: base, available: base + 0x4000, used: base + 0x8000)
        buffer = base + Self.bufferSize
    }

    /// As a fresh driver leaves it; the buffer is filled so that its memory is there from now on.
    func reset() throws {
        let bytes = Int(Self.footprint)
        let start = try memory.pointer(to: queue.descriptors, count: bytes)
        start.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        available = 0
        seen = 0
        packed = PackedProbeState()
    }

    // MARK: - Raw fields

    private func atomic16(_ address: UInt64) throws -> UnsafeMutablePointer<Atomic<UInt16>> {
        try memory.pointer(to: address, count: 2).assumingMemoryBound(to: Atomic<UInt16>.self)
    }

    /// Writes a descriptor of the ring's own table. A packed ring has none: what it would say is kept until a chain is
    /// offered.
    func describe(
        _ index: UInt16, _ address: UInt64, _ length: UInt32, flags: UInt16 = 0, next: UInt16 = 0
    ) throws {
        guard kind == .split else {
            packed.described[index] = .init(address: address, length: length, flags: flags, next: next)
            return
        }
        try describe(at: queue.descriptors + 16 * UInt64(index), address, length, flags: flags, next: next)
    }

    /// Writes a descriptor anywhere. `next` has no place in a packed one.
    func describe(
        at entry: UInt64, _ address: UInt64, _ length: UInt32, flags: UInt16 = 0, next: UInt16 = 0
    ) throws {
        let entry = try memory.pointer(to: entry, count: 16)
        entry.storeBytes(of: address.littleEndian, as: UInt64.self)
        entry.storeBytes(of: length.littleEndian, toByteOffset: 8, as: UInt32.self)
        let (third, last) = kind == .split ? (flags, next) : (0, flags)
        entry.storeBytes(of: third.littleEndian, toByteOffset: 12, as: UInt16.self)
        entry.storeBytes(of: last.littleEndian, toByteOffset: 14, as: UInt16.self)
    }

    /// Moves the available index.
    func publish(_ index: UInt16) throws {
        available = index
        try atomic16(queue.available + 2).pointee.store(index.littleEndian, ordering: .releasing)
    }

    private var usedIndex: UInt16 {
        get throws { UInt16(littleEndian: try atomic16(queue.used + 2).pointee.load(ordering: .acquiring)) }
    }

    private func usedEntry(_ index: UInt16) throws -> (head: UInt32, length: UInt32) {
        let entry = try memory.pointer(to: queue.used + 4 + 8 * UInt64(index % Self.size), count: 8)
        return (
            UInt32(littleEndian: entry.load(as: UInt32.self)),
            UInt32(littleEndian: entry.load(fromByteOffset: 4, as: UInt32.self))
        )
    }

    private var hasUsed: Bool {
        get throws { try kind == .split ? usedIndex != seen : usedMarks() != nil }
    }

    /// The next return, if there is one.
    private func takeUsed() throws -> (head: UInt32, length: UInt32)? {
        guard try hasUsed else { return nil }
        guard kind == .split else { return try takePackedUsed() }
        defer { seen &+= 1 }
        return try usedEntry(seen)
    }

    /// Asks to be called for the next return.
    private func askForCall() throws {
        guard kind == .split else {
            let word = UInt32(PackedProbeState.position(packed.seen, Self.size).encoded) | 2 << 16
            try atomic32(queue.available).pointee.store(word.littleEndian, ordering: .sequentiallyConsistent)
            return
        }
        let event = queue.available + 4 + 2 * UInt64(Self.size)
        try atomic16(event).pointee.store(seen.littleEndian, ordering: .sequentiallyConsistent)
    }

    // MARK: - Packed

    private func atomic32(_ address: UInt64) throws -> UnsafeMutablePointer<Atomic<UInt32>> {
        try memory.pointer(to: address, count: 4).assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    private func entry(_ index: UInt16) -> UInt64 { queue.descriptors + 16 * UInt64(index) }

    /// Writes what was described from `head` on, one entry after another; one without end fills the ring.
    private func offerPacked(_ head: UInt16) throws {
        var parts: [PackedProbeState.Part] = []
        var next: UInt16? = head
        while let index = next, parts.count < Int(Self.size) {
            let part = packed.described[index] ?? .init(address: 0, length: 0, flags: 0, next: 0)
            parts.append(part)
            next = part.flags & Flags.next != 0 ? part.next : nil
        }
        for (offset, part) in parts.enumerated().reversed() {
            let place = PackedProbeState.position(packed.available &+ UInt32(offset), Self.size)
            try describe(at: entry(place.index), part.address, part.length)
            let marks: UInt32 = place.wrap ? 1 << 7 : 1 << 15
            let word = UInt32(head) | (UInt32(part.flags) | marks) << 16
            try atomic32(entry(place.index) + 12).pointee.store(word.littleEndian, ordering: .releasing)
        }
        packed.entries[head] = UInt32(parts.count)
        packed.available &+= UInt32(parts.count)
    }

    /// The id and flags of the next used entry.
    private func usedMarks() throws -> (id: UInt16, flags: UInt16)? {
        let place = PackedProbeState.position(packed.seen, Self.size)
        let word = UInt32(littleEndian: try atomic32(entry(place.index) + 12).pointee.load(ordering: .acquiring))
        let marks = place.wrap ? 0x8080 as UInt32 : 0
        guard word >> 16 & 0x8080 == marks, packed.seen != packed.available else { return nil }
        return (UInt16(truncatingIfNeeded: word), UInt16(truncatingIfNeeded: word >> 16))
    }

    private func takePackedUsed() throws -> (head: UInt32, length: UInt32)? {
        guard let (id, flags) = try usedMarks() else { return nil }
        let place = PackedProbeState.position(packed.seen, Self.size)
        let length = UInt32(littleEndian: try atomic32(entry(place.index) + 8).pointee.load(ordering: .relaxed))
        packed.seen &+= packed.entries[id] ?? 1
        return (UInt32(id), flags & Flags.write != 0 ? length : 0)
    }

    // MARK: - A driver

    /// Makes a chain available that is described already, and kicks.
    func offer(_ head: UInt16) throws {
        guard kind == .split else {
            try offerPacked(head)
            queue.kick.signal()
            return
        }
        try atomic16(queue.available + 4 + 2 * UInt64(available % Self.size)).pointee
            .store(head.littleEndian, ordering: .relaxed)
        try publish(available &+ 1)
        queue.kick.signal()
    }

    /// Writes bytes into the queue's buffer.
    func fill(_ bytes: [UInt8], at offset: UInt64 = 0) throws {
        try memory.pointer(to: buffer + offset, count: bytes.count).copyMemory(from: bytes, byteCount: bytes.count)
    }

    /// Makes bytes available as one readable buffer.
    func post(_ bytes: [UInt8], head: UInt16 = 0, at offset: UInt64 = 0) throws {
        try fill(bytes, at: offset)
        try describe(head, buffer + offset, UInt32(clamping: bytes.count))
        try offer(head)
    }

    /// Waits for chains to be returned; fewer than `count` where the deadline passed.
    func awaitUsed(_ count: Int = 1) throws -> [(head: UInt32, length: UInt32)] {
        let deadline = MonotonicClock.now() &+ patience
        var entries: [(head: UInt32, length: UInt32)] = []
        while entries.count < count {
            while entries.count < count, let entry = try takeUsed() { entries.append(entry) }
            if entries.count == count { break }
            if usesEventIndex {
                try askForCall()
                if try hasUsed { continue }
            }
            // A device that calls without end for nothing is not waited for either.
            guard MonotonicClock.now() < deadline, try queue.awaitCall(until: deadline) else { break }
        }
        return entries
    }

    /// Waits until the chain that was made available last is returned, with nothing written into it.
    func expectReturned(_ what: String, head: UInt32 = 0) throws {
        guard let entry = try awaitUsed().first else {
            throw CheckError.failed("\(what) was not returned in time")
        }
        try Check.expect(entry.head == head, "\(what): chain \(entry.head) was returned instead of \(head)")
        try Check.expect(entry.length == 0, "\(what): used length \(entry.length), though nothing was to be written")
    }

    /// Bytes of the buffer as they are now.
    func bufferBytes(_ count: Int) throws -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: try memory.pointer(to: buffer, count: count), count: count))
    }
}
