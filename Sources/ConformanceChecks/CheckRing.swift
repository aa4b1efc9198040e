internal import Synchronization
package import Virtio

/// The driver's side of a ring, written field by field, so that it can be made to break every rule.
public final class CheckRing<Platform: RingPlatform> {
    package let platform: Platform
    private(set) var kind = RingKind.split
    var packed = PackedCheckState()
    /// Guest-physical address of the descriptor table, then available and used ring.
    public let base: UInt64
    /// The queue's number.
    public private(set) var number = 0
    /// Entries.
    public private(set) var size: UInt16
    package var usesEventIndex = true
    /// The next entry of the available ring, and the used index that was seen (free-running).
    private var available: UInt16 = 0
    package private(set) var seen: UInt16 = 0

    package enum Flags {
        package static var next: UInt16 { 1 }
        package static var write: UInt16 { 2 }
        package static var indirect: UInt16 { 4 }
    }

    /// A split ring in memory that is zero.
    ///
    /// - Parameter base: guest-physical address of ``footprint`` bytes.
    package init(_ platform: Platform, at base: UInt64, size: UInt16 = CheckSize.queue) {
        self.platform = platform
        self.base = base
        self.size = size
    }

    /// Bytes of guest memory that a ring takes, with its buffer.
    package static var footprint: UInt64 { CheckSize.footprint }

    /// Guest-physical address of 64 KiB for what the driver sends.
    public var buffer: UInt64 { base + CheckSize.buffer }
    package var place: QueuePlace {
        QueuePlace(number: number, size: size, descriptors: base, available: base + 0x4000, used: base + 0x8000)
    }

    /// As a fresh driver leaves it; the buffer is filled so that its memory is there from now on.
    package func reset(number: Int, size: UInt16, kind: RingKind) throws(CheckError) {
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

    /// The ring where it is mapped now.
    private func mapped() throws(CheckError) -> QueueRing {
        let table = try platform.pointer(to: place.descriptors, count: kind.tableBytes(size))
        let driver = try platform.pointer(to: place.available, count: kind.driverBytes(size))
        let device = try platform.pointer(to: place.used, count: kind.deviceBytes(size))
        do throws(QueueFault) {
            return try QueueRing(kind: kind, size: size, table: table, driver: driver, device: device)
        } catch {
            throw .failed("no ring of \(size) entries can be laid out")
        }
    }

    /// The same where it is known to be split.
    private func split() throws(CheckError) -> SplitRing {
        guard case .split(let ring) = try mapped() else { throw .failed("the ring is packed") }
        return ring
    }

    /// Writes a descriptor of the ring's own table.
    public func describe(
        _ index: UInt16, address: UInt64, length: UInt32, flags: UInt16 = 0, next: UInt16 = 0
    ) throws(CheckError) {
        let descriptor = Descriptor(address: address, length: length, flags: .init(rawValue: flags), next: next)
        if case .split(let ring) = try mapped() {
            ring.setDescriptor(index, descriptor)
        } else if Int(index) < packed.described.count {
            packed.described[Int(index)] = descriptor
        }
    }

    /// Writes a descriptor anywhere. `next` has no place in a packed one.
    public func describe(
        at entry: UInt64, address: UInt64, length: UInt32, flags: UInt16 = 0, next: UInt16 = 0
    ) throws(CheckError) {
        let entry = try platform.pointer(to: entry, count: Descriptor.size)
        let flags = Descriptor.Flags(rawValue: flags)
        let (low, high) =
            kind == .split
            ? Descriptor(address: address, length: length, flags: flags, next: next).words
            : PackedDescriptor(address: address, length: length, id: 0, flags: flags).words
        entry.storeBytes(of: low, as: UInt64.self)
        entry.storeBytes(of: high, toByteOffset: 8, as: UInt64.self)
    }

    /// Moves the available index of a split ring.
    package func publish(_ index: UInt16) throws(CheckError) {
        available = index
        try split().publishAvailableIndex(index)
    }

    /// The device's index in a split ring, and one of its entries.
    package func usedIndex() throws(CheckError) -> UInt16 { try split().usedIndex }
    package func usedEntry(_ index: UInt16) throws(CheckError) -> (head: UInt32, length: UInt32) {
        try split().usedEntry(index)
    }

    private func hasUsed() throws(CheckError) -> Bool {
        switch try mapped() {
        case .split(let ring): ring.usedIndex != seen
        case .packed(let ring): packedUsed(ring) != nil
        }
    }

    /// The next return, if there is one.
    private func takeUsed() throws(CheckError) -> (head: UInt32, length: UInt32)? {
        switch try mapped() {
        case .split(let ring):
            guard ring.usedIndex != seen else { return nil }
            defer { seen &+= 1 }
            return ring.usedEntry(seen)
        case .packed(let ring): return takePackedUsed(ring)
        }
    }

    /// Asks to be called for the next return.
    private func askForCall() throws(CheckError) {
        switch try mapped() {
        case .split(let ring): ring.setUsedEvent(seen)
        case .packed(let ring): ring.setDriverEvent(.at(packed.position(packed.seen, size)))
        }
        // Before the next look at what is used: the device does it in the other order.
        atomicMemoryFence(ordering: .sequentiallyConsistent)
    }

    // MARK: - A driver

    package func kick() { platform.kick(number) }

    /// Makes chains available that are described already; does not kick.
    package func add(_ heads: [UInt16]) throws(CheckError) {
        switch try mapped() {
        case .split(let ring):
            for head in heads {
                ring.setAvailableHead(available, head)
                available &+= 1
            }
            ring.publishAvailableIndex(available)
        case .packed(let ring):
            for head in heads { addPacked(head, ring) }
        }
    }

    /// Makes a chain available that is described already, and kicks.
    public func offer(_ head: UInt16) throws(CheckError) {
        try add([head])
        kick()
    }

    /// Writes bytes into the queue's buffer.
    package func fill(_ bytes: [UInt8], at offset: UInt64 = 0) throws(CheckError) {
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
    ///
    /// - Parameter limit: how long to wait (ns); the platform's patience if `nil`.
    package func awaitUsed(
        _ count: Int = 1, within limit: UInt64? = nil
    ) throws(CheckError) -> [(head: UInt32, length: UInt32)] {
        let deadline = platform.now() &+ (limit ?? platform.patience)
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
