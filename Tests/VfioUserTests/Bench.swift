import Glibc
import HostMemory
import Linux
import Testing
import Virtio

@testable import VfioUser

/// A server and its VMM in one thread: what the VMM says is taken at once, and answered.
final class Bench {
    static let features: UInt64 =
        0x3f | VirtioFeatures.version1 | VirtioFeatures.eventIndex | VirtioFeatures.indirectDescriptors
    static let memorySize: UInt64 = 16 << 20

    /// What the device was told to do, without what needs nothing.
    enum Step: Equatable {
        case closed
        case featuresNegotiated(UInt64)
        case writeConfiguration(Int, [UInt8])
        case memoryChanging
        case memoryChanged
        case started
        case notified(Int)
        case reset
        case refused(String)
    }

    let front: VfioUserFrontEnd
    var backend: VfioUserBackend
    let memory: MemoryFile
    private let window: GuardedMapping
    /// The device's configuration: bytes that tell their place.
    var configuration: [UInt8] = (0..<16).map { 0xc0 + $0 }
    private(set) var steps: [Step] = []

    /// - Parameter isOpen: the version is agreed on.
    init(isOpen: Bool = true) throws {
        let pair = try Socket.Pair()
        front = VfioUserFrontEnd(socket: try pair.left.duplicate(), patience: 0)
        backend = VfioUserBackend(
            socket: try pair.right.duplicate(),
            description: .init(deviceNumber: 5, features: Self.features, queueCount: 5, configurationSize: 16))
        memory = try MemoryFile.sealed(name: "guest", size: Self.memorySize)
        window = try GuardedMapping(of: memory.descriptor.raw, offset: 0, length: Int(Self.memorySize))
        if isOpen { try ask(.version, [0, 0, 0, 0]) }
    }

    /// Takes all that was sent.
    func pump() throws {
        while true {
            switch try backend.receive() {
            case .nothing: return
            case .closed:
                steps.append(.closed)
                return
            case .done: break
            case .featuresNegotiated(let bits): steps.append(.featuresNegotiated(bits))
            case .readConfiguration(let offset, let count):
                let bytes = (0..<count).map { offset + $0 < configuration.count ? configuration[offset + $0] : 0 }
                try backend.answerConfiguration(bytes)
            case .writeConfiguration(let offset, let bytes): steps.append(.writeConfiguration(offset, bytes))
            case .memoryChanging: steps.append(.memoryChanging)
            case .memoryChanged: steps.append(.memoryChanged)
            case .started: steps.append(.started)
            case .notified(let queue): steps.append(.notified(queue))
            case .reset: steps.append(.reset)
            case .refused(let why): steps.append(.refused(why))
            }
        }
    }

    /// What was to be done since the last call.
    func takeSteps() -> [Step] {
        defer { steps = [] }
        return steps
    }

    // MARK: - The VMM

    @discardableResult
    func ask(_ command: Command, _ payload: [UInt8] = [], descriptors: [CInt] = []) throws -> [UInt8] {
        let id = try front.send(command.rawValue, payload: payload, descriptors: descriptors)
        try pump()
        return try front.awaitAnswer(to: id, command)
    }

    func read(_ region: UInt32, _ offset: Int, _ count: Int) throws -> [UInt8] {
        Array(try ask(.readRegion, VfioUserFrontEnd.access(region, offset: offset, count: count)).dropFirst(16))
    }

    func write(_ region: UInt32, _ offset: Int, _ bytes: [UInt8]) throws {
        try ask(.writeRegion, VfioUserFrontEnd.access(region, offset: offset, count: bytes.count) + bytes)
    }

    func map(
        _ address: UInt64 = 0, size: UInt64 = Bench.memorySize, fileOffset: UInt64 = 0, flags: UInt32 = 3,
        file: CInt? = nil
    ) throws {
        try ask(
            .mapMemory, .words(32, flags) + .longs(fileOffset, address, size),
            descriptors: [file ?? memory.descriptor.raw])
    }

    func unmap(_ address: UInt64, size: UInt64, flags: UInt32 = 0) throws {
        try ask(.unmapMemory, .words(24, flags) + .longs(address, size))
    }

    func setInterrupts(
        _ kind: UInt32, flags: UInt32 = 0x24, start: UInt32 = 0, count: UInt32, events: [CInt] = []
    ) throws {
        try ask(.setInterrupts, .words(20, flags, kind, start, count), descriptors: events)
    }

    // MARK: - The device

    var isStarted: Bool { backend.isStarted }
    var configuredQueues: UInt32 { backend.configuredQueues }
    var table: MemoryTable { backend.memory }
    var driverFeatures: UInt64 { backend.registers.driverFeatures }

    func descriptors(_ queue: Int) -> UInt64 { backend.queues[queue].addresses.descriptors }
    func isActive(_ queue: Int) -> Bool { backend.isActive(queue) }
    func problem(_ queue: Int) -> String? { backend.problem(queue) }
    func position(_ queue: Int) -> UInt32 { backend.position(queue) }
    func notifyConfigurationChange() -> Bool { backend.notifyConfigurationChange() }
    func complete(_ queue: Int, head: UInt16) { backend.complete(queue, head: head) }
    func fail(_ queue: Int, _ reason: String) { backend.fail(queue, reason) }
    func forEachRingPages(_ queue: Int, _ body: (UInt64, UInt64) -> Void) { backend.forEachRingPages(queue, body) }

    func next(_ queue: Int, into chain: inout DescriptorChain) throws(QueueFault) -> NextChain {
        try backend.next(queue, into: &chain)
    }

    // MARK: - The driver

    /// The transport that our own driver has: it finds everything by the capabilities.
    func transport() -> PCITransport<TestFunction, TestRegisters> {
        PCITransport(function: TestFunction(bench: self)) { TestRegisters(bench: self, address: $0) }
    }

    func pointer(_ address: UInt64) -> UnsafeMutableRawPointer { window.address + Int(address) }

    /// Rings of this size lie at 1 MiB and up, 64 KiB apart.
    static func layout(_ queue: Int, size: UInt16 = 8) -> QueueLayout {
        let base = 0x10_0000 + UInt64(queue) * 0x1_0000
        return QueueLayout(size: size, descriptors: base, available: base + 0x4000, used: base + 0x8000)
    }

    /// A driver that runs, with two queues.
    func start(features: UInt64 = VirtioFeatures.version1 | 1) throws {
        try map()
        var transport = transport()
        transport.setStatus([])
        transport.setStatus([.acknowledge, .driver])
        transport.acceptFeatures(features)
        transport.setStatus([.acknowledge, .driver, .featuresOK])
        for queue in 0..<2 {
            let isEnabled = transport.enable(queue, Self.layout(queue))
            #expect(isEnabled)
        }
        transport.setStatus([.acknowledge, .driver, .featuresOK, .driverOK])
        #expect(isStarted)
        steps = []
    }

    /// Makes one chain of one readable buffer available.
    func offer(_ queue: Int, head: UInt16 = 0, index: UInt16 = 1) throws {
        let ring = try ring(queue)
        ring.setDescriptor(head, Descriptor(address: 0x20_0000, length: 4, flags: []))
        ring.setAvailableHead(index &- 1, head)
        ring.publishAvailableIndex(index)
    }

    /// The ring of a queue, field by field.
    func ring(_ queue: Int) throws -> SplitRing {
        let layout = Self.layout(queue)
        return try SplitRing(
            size: layout.size, descriptors: pointer(layout.descriptors), available: pointer(layout.available),
            used: pointer(layout.used))
    }
}

extension [UInt8] {
    static func words(_ words: UInt32...) -> [UInt8] { words.flatMap { word in Self.bytes(of: word) } }
    static func longs(_ words: UInt64...) -> [UInt8] { words.flatMap { word in Self.bytes(of: word) } }

    static func bytes(of word: some FixedWidthInteger) -> [UInt8] {
        Swift.withUnsafeBytes(of: word.littleEndian) { Array($0) }
    }

    var word: UInt64 { reversed().reduce(0) { $0 << 8 | UInt64($1) } }
}
