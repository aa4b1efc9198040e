import Balloon
import Linux
import Testing
import VfioUser
import VhostUser
import Virtio

/// A VMM, as an animal's driver needs it: the two doors behind one seam.
protocol AnimalMachine: AnyObject {
    var memory: FrontEndMemory { get }
    /// What becomes readable when the device wants something, besides the queues' calls.
    var descriptors: [CInt] { get }
    /// The features that the device offers, its own and the transport's.
    func offered() throws -> UInt64
    /// DRIVER_OK, with these queues from number 0 on; or the end of a pause.
    func start(_ features: UInt64, _ queues: [FrontEndQueue]) throws
    /// The driver resets the device.
    func reset() throws
    func pause() throws
    func goOn() throws
    func configuration() throws -> BalloonConfiguration
    func write(actual: UInt32) throws
    func notify(_ number: Int, _ queue: FrontEndQueue) throws
    /// Whether the device has told of a change of its configuration.
    func takeChange() throws -> Bool
    func hangUp() throws
}

/// QEMU's vhost-user.
final class VhostUserMachine: AnimalMachine {
    let memory: FrontEndMemory
    private let front: VhostUserFrontEnd
    private var features: UInt64 = 0
    private var queues: [FrontEndQueue] = []
    private var bases: [UInt32] = []

    init(_ path: String, _ memory: FrontEndMemory) throws {
        self.memory = memory
        front = try VhostUserFrontEnd(path: path, patience: 20_000_000_000)
        try front.open()
    }

    var descriptors: [CInt] { front.requestDescriptor.map { [$0] } ?? [] }

    func offered() throws -> UInt64 { front.offeredFeatures }

    func start(_ features: UInt64, _ queues: [FrontEndQueue]) throws {
        (self.features, self.queues) = (features, queues)
        try front.start(features: features, memory: memory, queues: queues)
        _ = try front.ask(.getFeatures)
    }

    func reset() throws { _ = try front.stop(queues: Array(queues.indices)) }
    func pause() throws { bases = try front.stop(queues: Array(queues.indices)) }

    func goOn() throws {
        try front.start(features: features, memory: memory, queues: queues, bases: bases)
        _ = try front.ask(.getFeatures)
    }

    func configuration() throws -> BalloonConfiguration { BalloonConfiguration(try front.readConfiguration(count: 16)) }

    func write(actual: UInt32) throws {
        // QEMU sends all from its cache.
        try front.writeConfiguration(TestGuest.bytes([0, actual, 0, 0]))
        _ = try front.ask(.getFeatures)
    }

    func notify(_ number: Int, _ queue: FrontEndQueue) throws { queue.kick.signal() }

    func takeChange() throws -> Bool {
        var isChanged = false
        while try front.awaitConfigurationChange(within: 0) { isChanged = true }
        return isChanged
    }

    func hangUp() throws { try front.hangUp() }
}

/// QEMU's vfio-user.
final class VfioUserMachine: AnimalMachine {
    let memory: FrontEndMemory
    private let front: VfioUserFrontEnd
    private let change: EventCounter

    init(_ path: String, _ memory: FrontEndMemory) throws {
        self.memory = memory
        change = try EventCounter()
        front = try VfioUserFrontEnd(path: path, patience: 20_000_000_000)
        try front.open()
        for region in memory.regions {
            try front.map(
                region.guestAddress, size: region.size, fileOffset: region.fileOffset, in: memory.file.descriptor.raw)
        }
    }

    var descriptors: [CInt] { [change.descriptor.raw] }

    func offered() throws -> UInt64 {
        var bits: UInt64 = 0
        for half in 0..<2 as Range<UInt64> {
            try write(0x00, half, 4)
            bits |= UInt64(try word(0x04)) << (32 * half)
        }
        return bits
    }

    func start(_ features: UInt64, _ queues: [FrontEndQueue]) throws {
        try front.setInterrupts(2, count: 1, events: [change.descriptor.raw])
        for (number, queue) in queues.enumerated() {
            try front.setInterrupts(2, start: UInt32(number + 1), count: 1, events: [queue.call.descriptor.raw])
        }
        // MSI-X on.
        try front.write(VfioUserFrontEnd.configuration, 0x42, [0, 0x80])
        for status in [0, 1, 3] as [UInt64] { try write(0x14, status, 1) }
        for half in 0..<2 as Range<UInt64> {
            try write(0x08, half, 4)
            try write(0x0c, features >> (32 * half), 4)
        }
        try write(0x14, 11, 1)
        try write(0x10, 0, 2)
        for (number, queue) in queues.enumerated() {
            try write(0x16, UInt64(number), 2)
            try write(0x18, UInt64(queue.size), 2)
            try write(0x1a, UInt64(number + 1), 2)
            for (offset, address) in [(0x20, queue.descriptors), (0x28, queue.available), (0x30, queue.used)] {
                try write(offset, address, 4)
                try write(offset + 4, address >> 32, 4)
            }
            try write(0x1c, 1, 2)
        }
        try write(0x14, 15, 1)
        guard try status() == 15 else { throw Keeper.Trouble(description: "DRIVER_OK is not taken") }
    }

    func reset() throws {
        try write(0x14, 0, 1)
        guard try status() == 0 else { throw Keeper.Trouble(description: "the reset is not done") }
    }

    // A paused virtual machine says nothing of it.
    func pause() throws {}
    func goOn() throws {}

    func configuration() throws -> BalloonConfiguration {
        BalloonConfiguration(try front.read(VfioUserFrontEnd.bar, offset: 0x2000, count: 16))
    }

    func write(actual: UInt32) throws { try write(0x2004, UInt64(actual), 4) }

    func notify(_ number: Int, _ queue: FrontEndQueue) throws { try front.notify(number) }
    func takeChange() throws -> Bool { change.drain() }
    func hangUp() throws { front.hangUp() }

    private func status() throws -> UInt8 { try front.read(VfioUserFrontEnd.bar, offset: 0x14, count: 1)[0] }

    private func write(_ offset: Int, _ value: UInt64, _ count: Int) throws {
        let bytes = withUnsafeBytes(of: value.littleEndian) { Array($0.prefix(count)) }
        try front.write(VfioUserFrontEnd.bar, offset, bytes, isPosted: true)
    }

    private func word(_ offset: Int) throws -> UInt32 {
        try front.read(VfioUserFrontEnd.bar, offset: offset, count: 4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension BalloonConfiguration {
    /// The structure's bytes, as a driver reads them.
    init(_ bytes: [UInt8]) {
        self.init()
        guard bytes.count >= Self.size else { return }
        let words = bytes.withUnsafeBytes { raw in
            (0..<4).map { UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)) }
        }
        (numPages, actual, freePageHintCommandID, poisonValue) = (words[0], words[1], words[2], words[3])
    }
}
