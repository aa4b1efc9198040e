public import Balloon
public import Virtio

/// A guest's driver that keeps the rules unless a check makes it break them.
public final class CheckGuest<Platform: CheckPlatform> {
    /// The rings of this guest.
    public typealias Ring = CheckRing<Platform>

    /// What the guest is played on.
    public let platform: Platform
    let rings: [Ring]
    /// Balloon features that the device offers.
    public let offered: BalloonFeatures
    /// The kind of all rings.
    public internal(set) var kind = RingKind.split
    /// Queues by role, as the driver numbers them; -1: there is none.
    private var numbers: InlineArray<5, Int> = [-1, -1, -1, -1, -1]

    /// A guest whose driver is not loaded; see ``load(_:transport:isDense:before:change:)``.
    public init(_ platform: Platform) {
        self.platform = platform
        offered = BalloonFeatures(rawValue: platform.offeredFeatures)
        let base = platform.playground.rings
        rings = (0..<5).map { Ring(platform, at: base + UInt64($0) * CheckSize.footprint) }
    }

    /// All features of the transport that the checks know.
    public static var allTransport: UInt64 {
        VirtioFeatures.version1 | VirtioFeatures.eventIndex | VirtioFeatures.indirectDescriptors
    }
    /// What most checks accept: every feature that brings a queue, since devices may number queues by what they offer.
    public static var usual: BalloonFeatures {
        [.mustTellHost, .statistics, .deflateOnOOM, .freePageHint, .pageReporting]
    }

    var playground: Playground { platform.playground }
    var pages: Range<UInt32> { platform.playground.pages }
    var otherPages: Range<UInt32> { platform.playground.otherPages }

    // MARK: - Life

    /// Skips the check where the device does not offer a feature.
    func require(_ feature: BalloonFeatures) throws(CheckError) {
        for (bit, name) in BalloonFeatures.named where feature.contains(bit) && !offered.contains(bit) {
            throw .skipped("\(name) is not offered")
        }
    }

    /// Skips the check where the device has no indirect descriptors.
    func requireIndirect() throws(CheckError) {
        guard platform.offeredFeatures & VirtioFeatures.indirectDescriptors != 0 else {
            throw .skipped("indirect descriptors are not offered")
        }
    }

    /// Starts a fresh driver: empty rings, DRIVER_OK.
    ///
    /// - Parameters:
    ///   - features: what the driver accepts of the balloon's features, as far as they are offered.
    ///   - transport: what it accepts of the transport's features, as far as they are offered.
    ///   - isDense: numbers the queues as Linux does; otherwise as the specification lists them.
    ///   - before: is called when the rings are laid out and DRIVER_OK is not set yet.
    ///   - change: may change the place of a queue to one that breaks the rules.
    /// - Throws: ``CheckError/failed(_:)`` if the device does not let itself be set up.
    public func load(
        _ features: BalloonFeatures = usual, transport: UInt64 = allTransport, isDense: Bool = true,
        before: () throws(CheckError) -> Void = { () throws(CheckError) in },
        change: (inout QueuePlace) -> Void = { _ in }
    ) throws(CheckError) {
        let accepted = features.intersection(offered)
        let wanted = kind == .packed ? transport | VirtioFeatures.packedRing : transport
        let transport = wanted & platform.offeredFeatures
        numbers = [-1, -1, -1, -1, -1]
        var places: [QueuePlace] = []
        for role in QueueRole.allCases {
            if let feature = role.feature, !accepted.contains(feature) { continue }
            let number = isDense ? places.count : role.rawValue
            let limit = min(platform.queueSizeLimit(number), CheckSize.queue)
            guard limit > 0 else { throw .failed("queue \(number) is needed for what is offered, and is not there") }
            numbers[role.rawValue] = number
            let ring = rings[number]
            try ring.reset(number: number, size: 1 << UInt16(15 - limit.leadingZeroBitCount), kind: kind)
            ring.usesEventIndex = transport & VirtioFeatures.eventIndex != 0
            var place = ring.place
            change(&place)
            places.append(place)
        }
        try platform.prepare(features: accepted.rawValue | transport, queues: places)
        try before()
        try platform.start()
        try platform.synchronize()
    }

    // MARK: - Queues

    /// Queue numbers in use, in order.
    public var started: [Int] { QueueRole.allCases.map { numbers[$0.rawValue] }.filter { $0 >= 0 }.sorted() }

    /// The number of the queue with a role.
    ///
    /// - Throws: ``CheckError/skipped(_:)`` if the driver has no such queue.
    public func number(of role: QueueRole) throws(CheckError) -> Int {
        let number = numbers[role.rawValue]
        guard number >= 0 else { throw .skipped("there is no queue for this") }
        return number
    }

    /// The ring of the queue with a role.
    ///
    /// - Throws: ``CheckError/skipped(_:)`` if the driver has no such queue.
    public func ring(_ role: QueueRole) throws(CheckError) -> Ring { rings[try number(of: role)] }

    /// The roles whose queues take requests that are returned as soon as they are dealt with.
    var requestRoles: [QueueRole] {
        ([.inflate, .deflate, .reporting] as [QueueRole]).filter { numbers[$0.rawValue] >= 0 }
    }

    /// Words as little-endian bytes.
    public static func bytes(_ words: some Sequence<UInt32>) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in words {
            for shift in 0..<4 as Range<UInt32> { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * shift))) }
        }
        return bytes
    }

    /// Gives pages of 4 KiB, by frame number, in one request, and waits for its return.
    ///
    /// - Throws: ``CheckError/failed(_:)`` if it is not returned in time and untouched; the reason calls it `what`.
    public func inflate(
        _ pages: some Sequence<UInt32>, _ what: String = "an inflate request"
    ) throws(CheckError) {
        try send(pages, .inflate, what)
    }

    /// Takes pages of 4 KiB back, by frame number, in one request, and waits for its return.
    ///
    /// - Throws: ``CheckError/failed(_:)`` if it is not returned in time and untouched; the reason calls it `what`.
    public func deflate(
        _ pages: some Sequence<UInt32>, _ what: String = "a deflate request"
    ) throws(CheckError) {
        try send(pages, .deflate, what)
    }

    private func send(_ pages: some Sequence<UInt32>, _ role: QueueRole, _ what: String) throws(CheckError) {
        let ring = try ring(role)
        let bytes = Self.bytes(pages)
        try ring.post(bytes)
        try ring.expectReturned(what)
        guard try ring.bufferHolds(bytes) else { throw .failed("\(what): the device wrote into a readable buffer") }
    }

    /// Fails the check unless the device still serves this guest: a page goes into the balloon and comes back.
    ///
    /// - Throws: ``CheckError/failed(_:)``.
    public func expectGoesOn() throws(CheckError) {
        let page = playground.page(500)
        try inflate([page], "a good inflate request afterwards")
        try deflate([page], "a good deflate request afterwards")
    }

    /// Fails the check unless the device serves the machine that comes when this one is gone.
    ///
    /// - Throws: ``CheckError/failed(_:)``.
    public func expectNextIsServed() throws(CheckError) {
        try platform.renew()
        try load()
        try expectGoesOn()
    }

    // MARK: - Memory

    /// Writes into each byte of some pages.
    func fill(_ pages: Range<UInt32>, with value: UInt8) throws(CheckError) {
        let count = pages.count << 12
        try platform.pointer(to: UInt64(pages.lowerBound) << 12, count: count)
            .initializeMemory(as: UInt8.self, repeating: value, count: count)
    }

    /// Whether all bytes of some pages have this value.
    func holds(_ pages: Range<UInt32>, _ value: UInt8) throws(CheckError) -> Bool {
        let words = pages.count << 9
        let start = try platform.pointer(to: UInt64(pages.lowerBound) << 12, count: words << 3)
        let wanted = UInt64(value) &* 0x0101_0101_0101_0101
        for index in 0..<words where start.load(fromByteOffset: index << 3, as: UInt64.self) != wanted { return false }
        return true
    }

    /// Fails the check unless a request frees the host's memory of some pages, which are touched before.
    ///
    /// - Throws: ``CheckError/failed(_:)`` if less is free after a second; what `request` throws.
    public func expectFreed(
        _ pages: Range<UInt32>, _ request: () throws(CheckError) -> Void
    ) throws(CheckError) {
        try fill(pages, with: 0xa5)
        let before = try platform.resident(pages)
        try request()
        let wanted = UInt64(pages.count) << 12
        var freed: UInt64 = 0
        // With MUST_TELL_HOST a device may free after its acknowledgement (spec V3), and nothing tells of it.
        for _ in 0..<1000 {
            let after = try platform.resident(pages)
            freed = before > after ? before - after : 0
            if freed >= wanted { break }
            platform.rest(1_000_000)
        }
        guard freed >= wanted else { throw .failed("\(freed) of \(wanted) bytes of host memory are free") }
    }
}
