import CLinux
import Glibc
import HostMemory
import Linux
import Testing
import Virtio

@testable import VhostUser

/// A back-end and the other end of its socket in one thread: what is sent is dealt with by ``pump()``.
final class Bench {
    let front: Socket
    var backend: VhostUserBackend
    private(set) var configuration = [UInt8](repeating: 0, count: 16)
    private var received: [UInt8] = []

    /// What the back-end left for the device to do.
    enum Step: Equatable {
        case closed
        case done
        case featuresNegotiated(UInt64)
        case readConfiguration(offset: Int, count: Int)
        case writeConfiguration(offset: Int, bytes: [UInt8])
        case memoryChanged
        case replaceKick(queue: Int, isSet: Bool)
        case ringsChanged
        case stopRing(queue: Int)
        case reset
    }

    struct Reply: Equatable {
        var request: UInt32
        var flags: UInt32
        var payload: [UInt8]

        /// The payload as one word.
        var word: UInt64 {
            payload.count == 8 ? payload.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) } : .max
        }
    }

    static let features: UInt64 = 0x3f | 1 << 28 | 1 << 29 | 1 << 32

    init(offering features: UInt64 = Bench.features) throws {
        let pair = try Socket.Pair()
        front = Socket(owning: try pair.left.duplicate())
        backend = VhostUserBackend(
            socket: try pair.right.duplicate(),
            description: .init(features: features, queueCount: 5, configurationSize: 16))
    }

    // MARK: - Sending

    func send(bytes: [UInt8], descriptors: [CInt] = []) throws {
        try bytes.withUnsafeBytes { try front.send($0, descriptors: descriptors) }
    }

    static func message(_ request: UInt32, _ payload: [UInt8] = [], flags: UInt32 = 1) -> [UInt8] {
        .words(request, flags, UInt32(payload.count)) + payload
    }

    /// Sends a message and deals with it.
    @discardableResult
    func call(
        _ request: Request, _ payload: [UInt8] = [], needsReply: Bool = false, descriptors: [CInt] = []
    ) throws -> [Step] {
        let flags = MessageLayout.version | (needsReply ? MessageLayout.needsReply : 0)
        try send(bytes: Self.message(request.rawValue, payload, flags: flags), descriptors: descriptors)
        return try pump()
    }

    /// Asks, and takes the answer, which has to be there at once.
    func ask(_ request: Request, _ payload: [UInt8] = []) throws -> Reply {
        try call(request, payload)
        let reply = try #require(try reply())
        #expect(reply.request == request.rawValue)
        #expect(reply.flags == MessageLayout.version | MessageLayout.isReply)
        return reply
    }

    // MARK: - The device

    /// Deals with all that has come in, as a device does.
    @discardableResult
    func pump() throws -> [Step] {
        var steps: [Step] = []
        while true {
            switch try backend.receive() {
            case .nothing: return steps
            case .closed: return steps + [.closed]
            case .done: steps.append(.done)
            case .featuresNegotiated(let bits): steps.append(.featuresNegotiated(bits))
            case .readConfiguration(let offset, let count):
                steps.append(.readConfiguration(offset: offset, count: count))
                let bytes = (offset..<offset + count).map { $0 < 16 ? configuration[$0] : 0 }
                try backend.answerConfiguration(offset: offset, bytes)
            case .writeConfiguration(let offset, let bytes):
                steps.append(.writeConfiguration(offset: offset, bytes: bytes))
                for (index, byte) in bytes.enumerated() where offset + index < 16 {
                    configuration[offset + index] = byte
                }
            case .memoryChanged: steps.append(.memoryChanged)
            case .replaceKick(let queue, let descriptor):
                switch consume descriptor {
                case .some(let descriptor):
                    steps.append(.replaceKick(queue: queue, isSet: true))
                    backend.replaceKick(of: queue, with: descriptor)
                case .none:
                    steps.append(.replaceKick(queue: queue, isSet: false))
                    backend.replaceKick(of: queue, with: nil)
                }
            case .ringsChanged: steps.append(.ringsChanged)
            case .stopRing(let queue):
                steps.append(.stopRing(queue: queue))
                try backend.answerVringBase(queue: queue)
            case .reset: steps.append(.reset)
            }
            try backend.acknowledge()
        }
    }

    /// The next answer, if there is one.
    func reply() throws -> Reply? {
        var chunk = [UInt8](repeating: 0, count: 4096)
        var descriptors: [CInt] = []
        var surplus = false
        let result = try chunk.withUnsafeMutableBytes {
            try front.receive(into: $0, descriptors: &descriptors, limit: 0, surplus: &surplus)
        }
        if case .bytes(let count) = result { received += chunk[..<count] }
        guard received.count >= 12 else { return nil }
        let words = received.withUnsafeBytes { bytes in
            (0..<3).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self) }
        }
        let end = 12 + Int(words[2])
        guard received.count >= end else { return nil }
        defer { received.removeFirst(end) }
        return Reply(request: words[0], flags: words[1], payload: Array(received[12..<end]))
    }

    // MARK: - What the back-end knows

    var isStarted: Bool { backend.isStarted }
    var isResumed: Bool { backend.isResumed }
    var configuredQueues: UInt32 { backend.configuredQueues }
    var features: UInt64 { backend.features }
    var memory: MemoryTable { backend.memory }
    func isActive(_ queue: Int) -> Bool { backend.isActive(queue) }
    func isLost(_ queue: Int) -> Bool { backend.isLost(queue) }
    func problem(_ queue: Int) -> String? { backend.problem(queue) }
    func position(_ queue: Int) -> UInt32 { backend.position(queue) }
    func kickDescriptor(_ queue: Int) -> CInt? { backend.kickDescriptor(queue) }
    func drainKick(_ queue: Int) -> Bool { backend.drainKick(queue) }
    func notifyChange() -> Bool { backend.notifyConfigurationChange() }

    func isEmpty(_ queue: Int) throws -> Bool {
        var chain = DescriptorChain()
        return try backend.next(queue, into: &chain) == .empty
    }

    // MARK: - Shortcuts

    /// Agrees on all extensions, or on some.
    func negotiate(_ features: UInt64 = Bench.features, _ extensions: ProtocolFeatures = .offered) throws {
        try call(.setProtocolFeatures, .longs(extensions.rawValue))
        try call(.setFeatures, .longs(features | 1 << 30))
    }

    static func region(_ guest: UInt64, _ size: UInt64, user: UInt64, offset: UInt64 = 0) -> [UInt8] {
        .longs(guest, size, user, offset)
    }

    /// Tells memory of one region, at guest address 0 and VMM address ``userBase``.
    func share(_ file: CInt, size: UInt64) throws {
        try call(.setMemoryTable, .words(1, 0) + Self.region(0, size, user: Self.userBase), descriptors: [file])
    }

    static let userBase: UInt64 = 0x7f00_0000_0000

    /// Sets up a queue whose ring lies at guest address 0x1000, 0x2000, 0x3000.
    func setUp(queue: UInt32, size: UInt32 = 16, base: UInt32 = 0, kick: CInt) throws {
        try call(.setVringSize, .words(queue, size))
        try call(.setVringBase, .words(queue, base))
        try call(.setVringAddress, Self.addresses(queue))
        try call(.setVringKick, .longs(UInt64(queue)), descriptors: [kick])
    }

    static func addresses(
        _ queue: UInt32, descriptors: UInt64 = userBase + 0x1000, available: UInt64 = userBase + 0x2000,
        used: UInt64 = userBase + 0x3000
    ) -> [UInt8] {
        .words(queue, 0) + .longs(descriptors, used, available, 0)
    }
}

/// A memory file that anybody may truncate.
func unsealedMemory(_ size: Int) throws -> OwnedDescriptor {
    let file = try OwnedDescriptor(clinux_memfd_create("unsealed"), from: "memfd_create")
    try #require(ftruncate(file.raw, size) == 0)
    return file
}

/// An eventfd that blocks, and whose counter is full.
func fullBlockingEvent() throws -> OwnedDescriptor {
    let event = try OwnedDescriptor(clinux_eventfd(), from: "eventfd")
    var full = UInt64.max - 1
    try #require(write(event.raw, &full, 8) == 8)
    try #require(fcntl(event.raw, F_SETFL, O_RDWR) == 0)
    return event
}
