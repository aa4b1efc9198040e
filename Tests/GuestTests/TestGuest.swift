import ConformanceChecks
import Balloon
import Linux
import Testing
import VhostUser
import Virtio

/// QEMU and a guest's driver in one, on a real socket. It keeps the rules unless a test makes it break them.
final class TestGuest {
    let front: VhostUserFrontEnd
    let memory: FrontEndMemory
    let rings: [RawRing]
    private(set) var negotiated: BalloonFeatures = []
    /// Queues by role, as the driver numbers them.
    private var numbers: [QueueRole: Int] = [:]
    private(set) var started: [Int] = []

    static let mebibyte: UInt64 = 1 << 20
    static let page = PageFrame.size
    /// The first page frame above the hole.
    static let high: UInt32 = 1 << 20

    /// - Parameters:
    ///   - low: bytes of memory below 4 GiB; the rest lies above.
    ///   - extensions: of the protocol; without slots memory is told as one table.
    init(
        _ path: String, size: UInt64 = 64 << 20, low: UInt64 = 32 << 20,
        extensions: ProtocolFeatures? = .offered, ringSize: UInt16 = 128, memory own: FrontEndMemory? = nil
    ) throws {
        let memory = try own ?? FrontEndMemory(size: size, low: low)
        self.memory = memory
        rings = try (0..<5).map {
            try RawRing(memory, at: 0x10_0000 + UInt64($0) * RawRing.footprint, size: ringSize)
        }
        front = try VhostUserFrontEnd(path: path)
        try front.open(wanting: extensions, queues: rings.map(\.queue))
    }

    // MARK: - Life

    /// The features that a recent Linux accepts.
    static let linux: BalloonFeatures = [.mustTellHost, .statistics, .deflateOnOOM, .pageReporting]
    static let transport: UInt64 =
        VirtioFeatures.version1 | VirtioFeatures.eventIndex | VirtioFeatures.indirectDescriptors

    /// A fresh driver: empty rings, DRIVER_OK.
    ///
    /// - Parameter isDense: numbers the queues as Linux does; otherwise as the specification lists them.
    func load(
        _ features: BalloonFeatures = linux, transport: UInt64 = transport, isDense: Bool = true,
        before: () throws -> Void = {}
    ) throws {
        negotiated = features
        numbers = [:]
        for role in QueueRole.allCases {
            if let feature = role.feature, !features.contains(feature) { continue }
            numbers[role] = isDense ? numbers.count : role.rawValue
        }
        for ring in rings {
            try ring.reset()
            ring.usesEventIndex = transport & VirtioFeatures.eventIndex != 0
        }
        try before()
        try start(transport)
    }

    private func start(_ transport: UInt64, bases: [UInt32]? = nil) throws {
        started = numbers.values.sorted()
        let queues = rings.indices.map { started.contains($0) ? rings[$0].queue : nil }
        try front.start(features: negotiated.rawValue | transport, memory: memory, queues: queues, bases: bases)
        _ = try front.ask(.getFeatures)
    }

    /// The virtual machine is paused; or its guest is reset, or its driver unloaded: QEMU does the same for all.
    @discardableResult
    func stop() throws -> [UInt32] { try front.stop(queues: started) }

    func resume(_ bases: [UInt32]) throws { try start(Self.transport, bases: bases) }

    // MARK: - Queues

    func ring(_ role: QueueRole) throws -> RawRing { rings[try #require(numbers[role])] }

    static func bytes(_ pages: some Sequence<UInt32>) -> [UInt8] {
        pages.flatMap { page in withUnsafeBytes(of: page.littleEndian) { Array($0) } }
    }

    func inflate(_ pages: some Sequence<UInt32>) throws { try ring(.inflate).send(Self.bytes(pages)) }
    func deflate(_ pages: some Sequence<UInt32>) throws { try ring(.deflate).send(Self.bytes(pages)) }

    /// Writes into each page.
    func touch(_ pages: some Sequence<UInt32>) throws {
        for page in pages {
            try memory.pointer(to: UInt64(page) << 12, count: 4096).storeBytes(of: 0xa5, as: UInt8.self)
        }
    }

    func isZero(_ page: UInt32) throws -> Bool {
        try memory.pointer(to: UInt64(page) << 12, count: 4096).load(as: UInt8.self) == 0
    }

    var allocated: UInt64 { get throws { try memory.file.allocatedBytes() } }

    // MARK: - Configuration

    struct Configuration: Equatable {
        var numPages: UInt32
        var actual: UInt32
        var commandID: UInt32
        var poison: UInt32
    }

    func configuration() throws -> Configuration {
        let bytes = try front.readConfiguration(count: 16)
        let words = bytes.withUnsafeBytes { raw in
            (0..<4).map { UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)) }
        }
        return Configuration(numPages: words[0], actual: words[1], commandID: words[2], poison: words[3])
    }

    /// Writes `actual`. QEMU sends the whole structure from its cache, so all else may be stale.
    func write(actual: UInt32, numPages: UInt32 = 0, poison: UInt32 = 0) throws {
        try front.writeConfiguration(Self.bytes([numPages, actual, 0, poison]))
        _ = try front.ask(.getFeatures)
    }

    func awaitChange(within limit: UInt64 = 10_000_000_000) throws -> Bool {
        try front.awaitConfigurationChange(within: limit)
    }

    // MARK: - Statistics

    /// Puts a buffer with these values on the statistics queue.
    func offerStatistics(_ values: [StatisticsTag: UInt64], head: UInt16 = 0) throws {
        try ring(.statistics).offerStatistics(values, head: head)
    }

    /// Waits until the device asks for statistics by returning the buffer.
    func awaitStatisticsRequest(_ count: Int = 1, within limit: UInt64 = 10_000_000_000) async throws -> Bool {
        let ring = try ring(.statistics)
        return try await blocking { try ring.awaitHeads(count, within: limit).count == count }
    }
}
