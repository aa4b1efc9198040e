import Balloon
import Glibc
import Linux
import VhostUser
import Virtio

/// A VMM and a guest's driver in one, on a connection of its own. It keeps the rules unless a check makes it break them.
final class ProbeGuest {
    let path: String
    let patience: UInt64
    let front: VhostUserFrontEnd
    let memory: FrontEndMemory
    let rings: [ProbeRing]
    /// Balloon features that the device offers, and those that were accepted last.
    let offered: BalloonFeatures
    /// The kind of all rings.
    let kind: RingKind
    private(set) var accepted: BalloonFeatures = []
    private var transport: UInt64 = 0
    /// Queues by role, as the driver numbers them.
    private var numbers: [QueueRole: Int] = [:]

    /// Pages that are the balloon's to play with: 2 MiB, aligned to as much.
    static let pages = 4096..<4608 as Range<UInt32>
    /// More of them, as many.
    static let otherPages = 4608..<5120 as Range<UInt32>
    /// The first page frame behind memory below 4 GiB, the first above, and how many lie above.
    static let hole: UInt32 = 8192
    static let high: UInt32 = 1 << 20
    static let highCount: UInt32 = 8192
    private static let firstRing: UInt64 = 0x10_0000
    static let allTransport =
        VirtioFeatures.version1 | VirtioFeatures.eventIndex | VirtioFeatures.indirectDescriptors

    init(_ path: String, patience: UInt64, kind: RingKind = .split) throws {
        self.path = path
        self.kind = kind
        self.patience = patience
        let memory = try FrontEndMemory(size: 64 << 20, low: 32 << 20)
        self.memory = memory
        rings = try QueueRole.allCases.indices.map {
            try ProbeRing(
                memory, at: Self.firstRing + UInt64($0) * ProbeRing.footprint, kind: kind, patience: patience)
        }
        front = try VhostUserFrontEnd(path: path, patience: patience)
        try front.open()
        offered = BalloonFeatures(rawValue: front.offeredFeatures)
    }

    var offersPackedRings: Bool { front.offeredFeatures & VirtioFeatures.packedRing != 0 }

    /// The machine is gone.
    func leave() {
        // What cannot be said any more need not be.
        try? front.hangUp()
    }

    // MARK: - Life

    /// Skips the check where the device does not offer a feature.
    func require(_ feature: BalloonFeatures) throws {
        for (bit, name) in BalloonFeatures.named where feature.contains(bit) && !offered.contains(bit) {
            throw CheckError.skipped("\(name) is not offered")
        }
    }

    /// Skips the check where the device has no indirect descriptors.
    func requireIndirect() throws {
        guard front.offeredFeatures & VirtioFeatures.indirectDescriptors != 0 else {
            throw CheckError.skipped("indirect descriptors are not offered")
        }
    }

    /// A fresh driver: empty rings, DRIVER_OK.
    ///
    /// - Parameters:
    ///   - features: as far as they are offered.
    ///   - isDense: numbers the queues as Linux does; otherwise as the specification lists them.
    ///   - before: what happens when the rings are laid out and DRIVER_OK is not set yet.
    func load(
        _ features: BalloonFeatures = [.mustTellHost, .statistics, .deflateOnOOM, .pageReporting],
        transport: UInt64 = allTransport, isDense: Bool = true, before: () throws -> Void = {}
    ) throws {
        accepted = features.intersection(offered)
        self.transport = transport & front.offeredFeatures
        if kind == .packed { self.transport |= VirtioFeatures.packedRing }
        numbers = [:]
        for role in QueueRole.allCases {
            if let feature = role.feature, !accepted.contains(feature) { continue }
            numbers[role] = isDense ? numbers.count : role.rawValue
        }
        if let count = front.queueCount, let last = numbers.values.max(), last >= count {
            throw CheckError.failed("queue \(last) is needed for what is offered, but there are \(count) queues")
        }
        for ring in rings {
            try ring.reset()
            ring.usesEventIndex = self.transport & VirtioFeatures.eventIndex != 0
        }
        try before()
        try start()
    }

    private var started: [Int] { numbers.values.sorted() }

    private func start(_ bases: [UInt32]? = nil) throws {
        let last = started.last ?? 0
        let queues = (0...last).map { started.contains($0) ? rings[$0].queue : nil }
        try front.start(features: accepted.rawValue | transport, memory: memory, queues: queues, bases: bases)
        try roundTrip()
    }

    /// The machine is paused, or its guest is reset, or its driver unloaded: all look alike.
    func stop() throws -> [Int: UInt32] {
        let bases = try front.stop(queues: started)
        return Dictionary(zip(started, bases)) { first, _ in first }
    }

    /// What a queue's base is after so many requests of one descriptor.
    func base(after requests: UInt32) -> UInt32 {
        guard kind == .packed else { return requests }
        let place = UInt32(PackedProbeState.position(requests, ProbeRing.size).encoded)
        return place << 16 | place
    }

    /// The machine goes on where it was paused.
    func resume(_ bases: [Int: UInt32]) throws {
        try start((0...(started.last ?? 0)).map { bases[$0] ?? kind.freshBase })
    }

    /// The device has dealt with all messages so far.
    func roundTrip() throws { _ = try front.ask(.getFeatures) }

    // MARK: - Queues

    func number(of role: QueueRole) throws -> Int {
        guard let number = numbers[role] else { throw CheckError.skipped("there is no \(role) queue") }
        return number
    }

    func ring(_ role: QueueRole) throws -> ProbeRing { rings[try number(of: role)] }

    /// The roles whose queues take requests that are returned as soon as they are dealt with.
    var requestRoles: [QueueRole] { [.inflate, .deflate, .reporting].filter { numbers[$0] != nil } }

    static func bytes(_ words: some Sequence<UInt32>) -> [UInt8] {
        words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
    }

    func inflate(_ pages: some Sequence<UInt32>, _ what: String = "an inflate request") throws {
        try send(pages, .inflate, what)
    }

    func deflate(_ pages: some Sequence<UInt32>, _ what: String = "a deflate request") throws {
        try send(pages, .deflate, what)
    }

    private func send(_ pages: some Sequence<UInt32>, _ role: QueueRole, _ what: String) throws {
        let ring = try ring(role)
        let bytes = Self.bytes(pages)
        try ring.post(bytes)
        try ring.expectReturned(what)
        try Check.expect(ring.bufferBytes(bytes.count) == bytes, "\(what): the device wrote into a readable buffer")
    }

    /// The device still serves this guest: a page goes into the balloon and comes back.
    func expectGoesOn() throws {
        try inflate([7000], "a good inflate request afterwards")
        try deflate([7000], "a good deflate request afterwards")
    }

    /// The device serves a machine that connects when this one is gone.
    func expectNextIsServed() throws {
        leave()
        let next = try ProbeGuest(path, patience: patience, kind: kind)
        defer { next.leave() }
        try next.load()
        try next.expectGoesOn()
    }

    // MARK: - Memory

    /// Writes into each byte of some pages.
    func fill(_ pages: Range<UInt32>, with value: UInt8) throws {
        let count = pages.count << 12
        try memory.pointer(to: UInt64(pages.lowerBound) << 12, count: count)
            .initializeMemory(as: UInt8.self, repeating: value, count: count)
    }

    /// All bytes of some pages have a value.
    func holds(_ pages: Range<UInt32>, _ value: UInt8) throws -> Bool {
        let count = pages.count << 12
        let start = try memory.pointer(to: UInt64(pages.lowerBound) << 12, count: count)
        return UnsafeRawBufferPointer(start: start, count: count).allSatisfy { $0 == value }
    }

    /// Bytes of host memory that this guest takes.
    var allocated: UInt64 { get throws { try memory.file.allocatedBytes() } }

    /// Runs a request that has to free the memory of some pages, which are touched before.
    func expectFreed(_ pages: Range<UInt32>, _ request: () throws -> Void) throws {
        try fill(pages, with: 0xa5)
        let before = try allocated
        try request()
        let wanted = UInt64(pages.count) << 12
        var freed: UInt64 = 0
        // With MUST_TELL_HOST a device may free after its acknowledgement (spec V3), and nothing tells of it.
        for _ in 0..<1000 {
            let after = try allocated
            freed = before > after ? before - after : 0
            if freed >= wanted { break }
            usleep(1000)
        }
        try Check.expect(freed >= wanted, "\(freed) of \(wanted) bytes of host memory are free")
    }
}
