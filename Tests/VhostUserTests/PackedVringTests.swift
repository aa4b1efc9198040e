import Linux
import Testing
import Virtio

@testable import VhostUser

/// Packed queues over the protocol: sizes, bases, stop and go on.
struct PackedVringTests {
    private let size: UInt64 = 1 << 20
    private static let features = Bench.features | VirtioFeatures.packedRing
    private static let fresh = RingKind.packed.freshBase

    /// A back-end with memory, which the driver sees too.
    private final class Setup {
        let bench: Bench
        let memory: MemoryFile
        let window: GuardedMapping

        init(_ features: UInt64 = PackedVringTests.features) throws {
            let size: UInt64 = 1 << 20
            bench = try Bench(offering: PackedVringTests.features)
            memory = try MemoryFile.sealed(name: "test", size: size)
            window = try GuardedMapping(of: memory.descriptor.raw, offset: 0, length: Int(size))
            try bench.negotiate(features)
            try bench.share(memory.descriptor.raw, size: size)
        }

        func driver() throws -> DriverQueue<16> {
            let base = window.address
            let ring = try QueueRing(
                kind: .packed, size: 16, table: base + 0x1000, driver: base + 0x2000, device: base + 0x3000)
            return try DriverQueue(ring: ring, usesEventIndex: true)
        }
    }

    private func start(_ bench: Bench, _ kick: borrowing EventCounter, base: UInt32, size: UInt32 = 16) throws {
        try bench.setUp(queue: 0, size: size, base: base, kick: kick.descriptor.raw)
        try bench.call(.setVringEnable, .words(0, 1))
    }

    private func stop(_ bench: Bench) throws -> UInt32 {
        let payload = try bench.ask(.getVringBase, .words(0, 0)).payload
        return payload.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self) }
    }

    @Test("a packed queue may have any size up to 32768, a split one only powers of two")
    func sizes() throws {
        for size in [1, 3, 1000, 32768] as [UInt32] {
            let bench = try Setup().bench
            #expect(try bench.call(.setVringSize, .words(0, size)) == [.done])
        }
        for size in [32769, 65536, .max] as [UInt32] {
            let bench = try Setup().bench
            #expect(throws: VhostUserError.self) { try bench.call(.setVringSize, .words(0, size)) }
        }
        // A guest can choose these, and QEMU ends when the connection is closed: the queue just never starts.
        let kick = try EventCounter()
        let packed = try Setup().bench
        try packed.setUp(queue: 0, size: 0, base: Self.fresh, kick: kick.descriptor.raw)
        try packed.call(.setVringEnable, .words(0, 1))
        #expect(!packed.isActive(0) && packed.problem(0) != nil)
        let split = try Setup(Bench.features).bench
        try split.setUp(queue: 0, size: 1000, kick: kick.descriptor.raw)
        try split.call(.setVringEnable, .words(0, 1))
        #expect(!split.isActive(0) && split.problem(0) != nil)
    }

    @Test("bases have 32 bits where the ring is packed; a place outside the ring is said")
    func badBases() throws {
        for base in [16, 0x8010_8000, 0x8000_8010, .max] as [UInt32] {
            let bench = try Setup().bench
            let kick = try EventCounter()
            try start(bench, kick, base: base)
            #expect(!bench.isActive(0))
            #expect(bench.problem(0)?.contains("badPosition") == true)
        }
        let split = try Setup(Bench.features).bench
        #expect(throws: VhostUserError.self) { try split.call(.setVringBase, .words(0, Self.fresh)) }
    }

    @Test("the three parts lie where the addresses say, and only so much of them is mapped")
    func layout() throws {
        let bench = try Setup().bench
        let kick = try EventCounter()
        try start(bench, kick, base: Self.fresh)
        #expect(bench.isActive(0))
        var pages: [UInt64] = []
        bench.backend.forEachRingPages(0) { start, count in pages += [start, count] }
        // Pages that lie side by side are mapped as one.
        #expect(pages == [1, 3])
        #expect(!bench.isResumed)
    }

    @Test("stop and go on: the base counts entries and rounds, and what is held is taken again")
    func stopAndGoOn() throws {
        let setup = try Setup()
        let bench = setup.bench
        let kick = try EventCounter()
        var driver = try setup.driver()
        var chain = DescriptorChain()
        var base = Self.fresh
        // Seven entries a turn: all places of two rounds come by.
        for turn in 0..<64 {
            try start(bench, kick, base: base)
            #expect(bench.isActive(0))
            #expect(bench.isResumed == (turn > 0), "turn \(turn)")
            for token in 0..<7 as Range<UInt16> {
                try driver.add(.init(address: UInt64(token), length: 4, isDeviceWritable: false), token: token)
            }
            _ = driver.publish()
            for token in 0..<7 as Range<UInt16> {
                // Each is held over a stop.
                for isHeld in [true, false] {
                    #expect(try bench.backend.next(0, into: &chain) == .chain)
                    #expect(chain.buffers.first?.address == UInt64(token))
                    guard isHeld else { continue }
                    try bench.call(.setVringEnable, .words(0, 0))
                    base = try stop(bench)
                    #expect(base & 0xffff == base >> 16)
                    try start(bench, kick, base: base)
                }
                bench.backend.complete(0, head: chain.head)
                #expect(try driver.next()?.token == token)
            }
            try bench.call(.setVringEnable, .words(0, 0))
            base = try stop(bench)
            let place = UInt32((turn + 1) * 7)
            let half = place % 16 | (place / 16 % 2 == 0 ? 0x8000 : 0)
            #expect(base == half << 16 | half)
        }
        #expect(base == Self.fresh)
    }

    @Test("a fresh driver after two whole rounds is not taken for the paused one")
    func freshAfterRounds() throws {
        let setup = try Setup()
        let bench = setup.bench
        let kick = try EventCounter()
        var driver = try setup.driver()
        var chain = DescriptorChain()
        try start(bench, kick, base: Self.fresh)
        for token in 0..<32 as Range<UInt16> {
            try driver.add(.init(address: 1, length: 4, isDeviceWritable: false), token: token)
            _ = driver.publish()
            #expect(try bench.backend.next(0, into: &chain) == .chain)
            bench.backend.complete(0, head: chain.head)
            #expect(try driver.next()?.token == token)
        }
        #expect(try stop(bench) == Self.fresh)
        // The paused one.
        try start(bench, kick, base: Self.fresh)
        #expect(bench.isResumed)
        #expect(try stop(bench) == Self.fresh)
        // A fresh one, whose memory is zero.
        (setup.window.address + 0x1000).initializeMemory(as: UInt8.self, repeating: 0, count: 256)
        try start(bench, kick, base: Self.fresh)
        #expect(!bench.isResumed)
    }

    @Test("memory is laid out anew under the ring: what was taken can be returned")
    func remapped() throws {
        let setup = try Setup()
        let bench = setup.bench
        let kick = try EventCounter()
        var driver = try setup.driver()
        var chain = DescriptorChain()
        try start(bench, kick, base: Self.fresh)
        let two: InlineArray<2, DescriptorChain.Buffer> = [
            .init(address: 1, length: 4, isDeviceWritable: false), .init(address: 2, length: 4, isDeviceWritable: true),
        ]
        try driver.add(two.span, token: 9)
        _ = driver.publish()
        #expect(try bench.backend.next(0, into: &chain) == .chain)
        try bench.share(setup.memory.descriptor.raw, size: size / 2)
        bench.backend.complete(0, head: chain.head)
        #expect(try driver.next()?.token == 9)
        #expect(bench.position(0) == 0x8002_8002)
        try bench.call(.setMemoryTable, .words(0, 0))
        #expect(!bench.isActive(0))
        try bench.share(setup.memory.descriptor.raw, size: size)
        #expect(bench.isActive(0))
        #expect(bench.position(0) == 0x8002_8002)
    }

    @Test("a ring goes on as it was begun, though the features change under it")
    func latched() throws {
        let setup = try Setup()
        let bench = setup.bench
        let kick = try EventCounter()
        try start(bench, kick, base: Self.fresh)
        try bench.call(.setFeatures, .longs(Bench.features | 1 << 30))
        try bench.share(setup.memory.descriptor.raw, size: size / 2)
        #expect(bench.isActive(0))
        #expect(bench.position(0) == Self.fresh)
    }
}
