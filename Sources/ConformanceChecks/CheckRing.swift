internal import Synchronization
internal import Virtio

/// The driver's side of a ring, written byte by byte, so that it can be made to break every rule.
public final class CheckRing<Platform: CheckPlatform> {
    let platform: Platform
    private(set) var kind = RingKind.split
    var packed = PackedCheckState()
    /// Guest-physical: the descriptor table, then available and used ring.
    public let base: UInt64
    /// The queue's number, and its entries.
    public private(set) var number = 0
    public private(set) var size = CheckSize.queue
    var usesEventIndex = true
    /// The next entry of the available ring, and the used index that was seen (free-running).
    private var available: UInt16 = 0
    private var seen: UInt16 = 0

    enum Flags {
        static var next: UInt16 { 1 }
        static var write: UInt16 { 2 }
        static var indirect: UInt16 { 4 }
    }

    /// - Parameter base: guest-physical address of ``CheckSize/footprint`` bytes.
    init(_ platform: Platform, at base: UInt64) {
        self.platform = platform
        self.base = base
    }

    /// Guest-physical; ``CheckSize/buffer`` bytes for what the driver sends.
    public var buffer: UInt64 { base + CheckSize.buffer }
    var availableRing: UInt64 { base + 0x4000 }
    var usedRing: UInt64 { base + 0x8000 }
    var place: QueuePlace {
        QueuePlace(number: number, size: size, descriptors: base, available: availableRing, used: usedRing)
    }

    /// As a fresh driver leaves it; the buffer is filled so that its memory is there from now on.
    func reset(number: Int, size: UInt16, kind: RingKind) throws(CheckError) {
        let bytes = Int(CheckSize.footprint)
        try platform.pointer(to: base, count: bytes).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        self.number = number
        self.size = size
        available = 0
        seen = 0
        self.kind = kind
        packed = PackedCheckState()
    }

    // MARK: - Raw fields

    private func atomic16(_ address: UInt64) throws(CheckError) -> UnsafeMutablePointer<Atomic<UInt16>> {
        try platform.pointer(to: address, count: 2).assumingMemoryBound(to: Atomic<UInt16>.self)
    }

    /// Writes a descriptor of the ring's own table.
    public func describe(
        _ index: UInt16, address: UInt64, length: UInt32, flags: UInt16 = 0, next: UInt16 = 0
    ) throws(CheckError) {
        guard kind == .split else {
            guard Int(index) < packed.described.count else { return }
            packed.described[Int(index)] = .init(address: address, length: length, flags: flags, next: next)
            return
        }
        try describe(at: base + 16 * UInt64(index), address: address, length: length, flags: flags, next: next)
    }

    /// Writes a descriptor anywhere. `next` has no place in a packed one.
    public func describe(
        at entry: UInt64, address: UInt64, length: UInt32, flags: UInt16 = 0, next: UInt16 = 0
    ) throws(CheckError) {
        let entry = try platform.pointer(to: entry, count: 16)
        entry.storeBytes(of: address.littleEndian, as: UInt64.self)
        entry.storeBytes(of: length.littleEndian, toByteOffset: 8, as: UInt32.self)
        let (third, last) = kind == .split ? (flags, next) : (0, flags)
        entry.storeBytes(of: third.littleEndian, toByteOffset: 12, as: UInt16.self)
        entry.storeBytes(of: last.littleEndian, toByteOffset: 14, as: UInt16.self)
    }

    /// Moves the available index.
    func publish(_ index: UInt16) throws(CheckError) {
        available = index
        try atomic16(availableRing + 2).pointee.store(index.littleEndian, ordering: .releasing)
    }

    private func usedIndex() throws(CheckError) -> UInt16 {
        UInt16(littleEndian: try atomic16(usedRing + 2).pointee.load(ordering: .acquiring))
    }

    private func usedEntry(_ index: UInt16) throws(CheckError) -> (head: UInt32, length: UInt32) {
        let entry = try platform.pointer(to: usedRing + 4 + 8 * UInt64(index % size), count: 8)
        return (
            UInt32(littleEndian: entry.load(as: UInt32.self)),
            UInt32(littleEndian: entry.load(fromByteOffset: 4, as: UInt32.self))
        )
    }

    private func hasUsed() throws(CheckError) -> Bool {
        try kind == .split ? usedIndex() != seen : packedUsedMarks() != nil
    }

    /// The next return, if there is one.
    private func takeUsed() throws(CheckError) -> (head: UInt32, length: UInt32)? {
        guard kind == .split else { return try takePackedUsed() }
        guard try usedIndex() != seen else { return nil }
        defer { seen &+= 1 }
        return try usedEntry(seen)
    }

    /// Asks to be called for the next return.
    private func askForCall() throws(CheckError) {
        guard kind == .split else { return try askForPackedCall() }
        let event = availableRing + 4 + 2 * UInt64(size)
        try atomic16(event).pointee.store(seen.littleEndian, ordering: .sequentiallyConsistent)
    }

    // MARK: - A driver

    func kick() { platform.kick(number) }

    /// Makes a chain available that is described already, and kicks.
    public func offer(_ head: UInt16) throws(CheckError) {
        guard kind == .split else {
            try offerPacked(head)
            return kick()
        }
        try atomic16(availableRing + 4 + 2 * UInt64(available % size)).pointee
            .store(head.littleEndian, ordering: .relaxed)
        try publish(available &+ 1)
        kick()
    }

    /// Writes bytes into the queue's buffer.
    func fill(_ bytes: [UInt8], at offset: UInt64 = 0) throws(CheckError) {
        let start = try platform.pointer(to: buffer + offset, count: bytes.count)
        for index in bytes.indices { start.storeBytes(of: bytes[index], toByteOffset: index, as: UInt8.self) }
    }

    /// Makes bytes available as one readable buffer.
    public func post(_ bytes: [UInt8], head: UInt16 = 0, at offset: UInt64 = 0) throws(CheckError) {
        try fill(bytes, at: offset)
        try describe(head, address: buffer + offset, length: UInt32(clamping: bytes.count))
        try offer(head)
    }

    /// Waits for chains to be returned; fewer than `count` where the deadline passed.
    func awaitUsed(_ count: Int = 1) throws(CheckError) -> [(head: UInt32, length: UInt32)] {
        let deadline = platform.now() &+ platform.patience
        var entries: [(head: UInt32, length: UInt32)] = []
        while entries.count < count {
            while entries.count < count, let entry = try takeUsed() { entries.append(entry) }
            if entries.count == count { break }
            if usesEventIndex {
                try askForCall()
                if try hasUsed() { continue }
            }
            // A device that calls without end for nothing is not waited for either.
            guard platform.now() < deadline, try platform.awaitCall(number, until: deadline) else { break }
        }
        return entries
    }

    /// Waits until the chain that was made available last is returned, with nothing written into it.
    public func expectReturned(_ what: String, head: UInt32 = 0) throws(CheckError) {
        guard let entry = try awaitUsed().first else { throw .failed("\(what) was not returned in time") }
        guard entry.head == head else { throw .failed("\(what): chain \(entry.head) was returned instead of \(head)") }
        guard entry.length == 0 else {
            throw .failed("\(what): used length \(entry.length), though nothing was to be written")
        }
    }

    /// Waits until chain `head` is returned, whatever was written.
    func expectTaken(_ what: String, head: UInt32 = 0) throws(CheckError) {
        guard let entry = try awaitUsed().first else { throw .failed("\(what) was not returned in time") }
        guard entry.head == head else { throw .failed("\(what): chain \(entry.head) was returned instead of \(head)") }
    }

    /// Whether the buffer still holds these bytes.
    func bufferHolds(_ bytes: [UInt8]) throws(CheckError) -> Bool {
        let start = try platform.pointer(to: buffer, count: bytes.count)
        for index in bytes.indices
        where start.load(fromByteOffset: index, as: UInt8.self) != bytes[index] { return false }
        return true
    }
}
