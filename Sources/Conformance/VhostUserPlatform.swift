public import ConformanceChecks
import Glibc
import Linux
import VhostUser
import Virtio

/// A VMM of our own before a vhost-user socket, with memory of a sealed file.
public final class VhostUserPlatform: CheckPlatform {
    private let path: String
    private let hint: (@Sendable () throws -> Void)?
    public let patience: UInt64
    public let playground: Playground
    let memory: FrontEndMemory
    private(set) var front: VhostUserFrontEnd
    private var features: UInt64 = 0
    private var queues: [FrontEndQueue?] = []

    /// 32 MiB below the hole, as much above 4 GiB.
    private static let part: UInt64 = 32 << 20

    /// - Parameter hint: makes the device begin free page hinting.
    init(_ path: String, patience: UInt64, hint: (@Sendable () throws -> Void)?) throws(CheckError) {
        self.path = path
        self.patience = patience
        self.hint = hint
        memory = try Self.run { () throws(FrontEndError) in try FrontEndMemory(size: 2 * Self.part, low: Self.part) }
        let high = UInt32(FrontEndMemory.highMemory >> 12)
        playground = Playground(
            rings: 0x10_0000, firstPage: 4096, hole: UInt32(Self.part >> 12), high: high + 512..<high + 1024,
            end: high + UInt32(Self.part >> 12), bulk: 0x20_0000, bulkLength: 16 << 20)
        front = try Self.connect(path, patience)
    }

    private static func connect(_ path: String, _ patience: UInt64) throws(CheckError) -> VhostUserFrontEnd {
        try run { () throws(FrontEndError) in
            let front = try VhostUserFrontEnd(path: path, patience: patience)
            try front.open()
            return front
        }
    }

    /// Disconnects, as a machine that is gone.
    func leave() {
        // A back-end that cannot be told any more need not be told.
        try? front.hangUp()
    }

    static func run<Result>(_ body: () throws(FrontEndError) -> Result) throws(CheckError) -> Result {
        do throws(FrontEndError) {
            return try body()
        } catch {
            throw .failed(error.description)
        }
    }

    private static func ask<Result>(_ body: () throws(SystemError) -> Result) throws(CheckError) -> Result {
        do throws(SystemError) {
            return try body()
        } catch {
            throw .failed(error.description)
        }
    }

    public var offeredFeatures: UInt64 { front.offeredFeatures }
    public var hasConfiguration: Bool { front.protocolFeatures.contains(.configuration) }

    public func now() -> UInt64 { MonotonicClock.now() }
    public func rest(_ nanoseconds: UInt64) { usleep(UInt32(clamping: nanoseconds / 1000)) }

    public func pointer(to address: UInt64, count: Int) throws(CheckError) -> UnsafeMutableRawPointer {
        try Self.run { () throws(FrontEndError) in try memory.pointer(to: address, count: count) }
    }

    public func resident(_ pages: Range<UInt32>) throws(CheckError) -> UInt64 {
        try Self.ask { () throws(SystemError) in try memory.file.allocatedBytes() }
    }

    // MARK: - Life

    public func queueSizeLimit(_ queue: Int) -> UInt16 { queue < front.queueCount ?? 5 ? 1024 : 0 }

    public func prepare(features: UInt64, queues places: [QueuePlace]) throws(CheckError) {
        self.features = features
        queues = []
        for place in places {
            while queues.count < place.number { queues.append(nil) }
            queues.append(
                try Self.ask { () throws(SystemError) in
                    try FrontEndQueue(
                        size: place.size, descriptors: place.descriptors, available: place.available,
                        used: place.used)
                })
        }
    }

    public func start() throws(CheckError) { try start(nil) }

    private func start(_ bases: [UInt32]?) throws(CheckError) {
        try Self.run { () throws(FrontEndError) in
            try front.start(features: features, memory: memory, queues: queues, bases: bases)
        }
    }

    public func renew() throws(CheckError) {
        leave()
        front = try Self.connect(path, patience)
    }

    /// Pauses the machine.
    ///
    /// - Returns: where each queue stands, by its number.
    func pause() throws(CheckError) -> [UInt32] {
        let numbers = queues.indices.filter { queues[$0] != nil }
        let stopped = try Self.run { () throws(FrontEndError) in try front.stop(queues: numbers) }
        var bases = [UInt32](repeating: RingKind(features: features).freshBase, count: queues.count)
        for (number, base) in zip(numbers, stopped) { bases[number] = base }
        return bases
    }

    /// Lets the machine go on where it was paused.
    func resume(_ bases: [UInt32]) throws(CheckError) {
        try start(bases)
        try synchronize()
    }

    // MARK: - Queues

    private func queue(_ number: Int) -> FrontEndQueue? { queues.indices.contains(number) ? queues[number] : nil }

    public func kick(_ queue: Int) { self.queue(queue)?.kick.signal() }

    public func awaitCall(_ queue: Int, until deadline: UInt64) throws(CheckError) -> Bool {
        try Self.ask { () throws(SystemError) in try self.queue(queue)?.awaitCall(until: deadline) ?? false }
    }

    public func awaitConfigurationChange(until deadline: UInt64) throws(CheckError) -> Bool {
        let now = MonotonicClock.now()
        let limit = deadline > now ? deadline - now : 0
        return try Self.run { () throws(FrontEndError) in try front.awaitConfigurationChange(within: limit) }
    }

    public func isGivenUp(_ queue: Int) throws(CheckError) -> Bool {
        guard let error = self.queue(queue)?.error.descriptor.raw else { return false }
        return try Self.ask { () throws(SystemError) in try Readiness.awaitReadable(error, until: 0) }
    }

    public func synchronize() throws(CheckError) {
        _ = try Self.run { () throws(FrontEndError) in try front.ask(.getFeatures) }
    }

    // MARK: - Configuration

    public func readWord(_ offset: Int) throws(CheckError) -> UInt32 {
        let bytes = try read(offset, count: 4)
        return bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
    }

    public func writeWord(_ offset: Int, _ value: UInt32) throws(CheckError) {
        try write(offset, CheckGuest<VhostUserPlatform>.bytes([value]))
    }

    func read(_ offset: Int, count: Int) throws(CheckError) -> [UInt8] {
        try Self.run { () throws(FrontEndError) in try front.readConfiguration(offset: offset, count: count) }
    }

    func write(_ offset: Int, _ bytes: [UInt8]) throws(CheckError) {
        try Self.run { () throws(FrontEndError) in try front.writeConfiguration(offset: offset, bytes) }
    }

    public func beginHinting() throws(CheckError) -> Bool {
        guard let hint else { return false }
        do {
            try hint()
            return true
        } catch {
            throw .failed("the device could not be made to ask for hints: \(error)")
        }
    }
}
