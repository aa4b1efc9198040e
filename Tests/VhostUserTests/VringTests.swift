import Glibc
import HostMemory
import Linux
import Testing

@testable import VhostUser

/// How queues are set up, started, stopped and taken up again.
struct VringTests {
    private let size: UInt64 = 1 << 20

    func bench(_ extensions: ProtocolFeatures = .offered) throws -> (Bench, MemoryFile) {
        let bench = try Bench()
        let memory = try MemoryFile.sealed(name: "test", size: size)
        try bench.negotiate(Bench.features, extensions)
        try bench.share(memory.descriptor.raw, size: size)
        return (bench, memory)
    }

    @Test func startsWhenAllIsThere() throws {
        let (bench, _) = try bench()
        let kick = try EventCounter()
        try bench.setUp(queue: 1, kick: kick.descriptor.raw)
        #expect(!bench.isActive(1))
        #expect(!bench.isStarted)
        #expect(bench.configuredQueues == 2)
        #expect(try bench.call(.setVringEnable, .words(1, 1)) == [.ringsChanged])
        #expect(bench.isActive(1))
        #expect(bench.isStarted)
        #expect(!bench.isResumed)
        var pages: [UInt64] = []
        bench.backend.forEachRingPages(1) { start, count in pages += [start, count] }
        // Pages that lie side by side are mapped as one.
        #expect(pages == [1, 3])
        kick.signal()
        #expect(bench.drainKick(1))
    }

    @Test(arguments: [
        Request.setVringSize, .setVringBase, .setVringEnable, .getVringBase, .setVringAddress, .setVringKick,
        .setVringCall, .setVringError,
    ])
    func numberOutOfRange(request: Request) throws {
        for number in [5, 7, 8, 255] as [UInt32] {
            let bench = try Bench()
            let payload: [UInt8] =
                .words(number, 0) + (request == .setVringAddress ? Array(repeating: 0, count: 32) : [])
            #expect(throws: VhostUserError.badQueue(request, index: UInt64(number))) {
                try bench.call(request, payload)
            }
        }
    }

    @Test func hugeNumber() throws {
        let bench = try Bench()
        #expect(throws: VhostUserError.badQueue(.setVringEnable, index: UInt64(UInt32.max))) {
            try bench.call(.setVringEnable, .words(UInt32.max, 1))
        }
    }

    /// A guest can choose them, and QEMU ends when the connection is closed: the queue just never starts.
    @Test(arguments: [0, 3, 12, 1023] as [UInt32])
    func sizeThatIsNoPowerOfTwo(value: UInt32) throws {
        let (bench, _) = try bench()
        let kick = try EventCounter()
        try bench.setUp(queue: 0, size: value, kick: kick.descriptor.raw)
        try bench.call(.setVringEnable, .words(0, 1))
        #expect(!bench.isActive(0))
        #expect(bench.problem(0)?.contains("a ring of \(value) entries") == true)
        // The driver thinks better of it.
        try bench.setUp(queue: 0, kick: kick.descriptor.raw)
        try bench.call(.setVringEnable, .words(0, 1))
        #expect(bench.isActive(0) && bench.problem(0) == nil)
    }

    @Test(arguments: [32769, 65536, .max] as [UInt32])
    func badSize(value: UInt32) throws {
        let bench = try Bench()
        #expect {
            try bench.call(.setVringSize, .words(0, value))
        } throws: { error in
            guard case .badValue(.setVringSize, _) = error as? VhostUserError else { return false }
            return true
        }
    }

    @Test func badBaseAndEnable() throws {
        #expect(throws: VhostUserError.self) { try Bench().call(.setVringBase, .words(0, 65536)) }
        #expect(throws: VhostUserError.self) { try Bench().call(.setVringEnable, .words(0, 2)) }
    }

    /// Where an eventfd should be there is something that could block us or end us.
    @Test(arguments: [Request.setVringKick, .setVringCall, .setVringError])
    func noEventDescriptor(request: Request) throws {
        let bench = try Bench()
        let pipe = try Pipe()
        try bench.send(bytes: Bench.message(request.rawValue, .longs(0)), descriptors: [pipe.writeEnd])
        pipe.closeWrite()
        #expect(throws: VhostUserError.badValue(request, "the descriptor is not an eventfd")) { try bench.pump() }
        #expect(pipe.isClosed)
        let memory = try MemoryFile.sealed(name: "test", size: 4096)
        let poll = try EventPoll()
        let socket = try Socket.Pair()
        for descriptor in [memory.descriptor.raw, poll.descriptor.raw, socket.left.raw] {
            let other = try Bench()
            #expect(throws: VhostUserError.badValue(request, "the descriptor is not an eventfd")) {
                try other.call(request, .longs(0), descriptors: [descriptor])
            }
        }
    }

    /// A counter that is full, and blocks its writer: ours must not block.
    @Test func fullBlockingCall() throws {
        let (bench, _) = try bench()
        let kick = try EventCounter()
        let call = try fullBlockingEvent()
        try bench.setUp(queue: 0, kick: kick.descriptor.raw)
        try bench.call(.setVringEnable, .words(0, 1))
        // Tells at once, since chains may have been returned before.
        #expect(try bench.call(.setVringCall, .longs(0), descriptors: [call.raw]) == [.done])
    }

    @Test(
        arguments: [
            (0x10_0000, 0x2000, 0x3000), (0x1000, 0xf_fffe, 0x3000), (0x1000, 0x2000, 0xf_fff0),
            (1 << 60, 0x2000, 0x3000), (0x1000, 0x2000, UInt64.max - Bench.userBase - 8),
        ] as [(UInt64, UInt64, UInt64)])
    func ringOutsideMemory(descriptors: UInt64, available: UInt64, used: UInt64) throws {
        let (bench, _) = try bench()
        let kick = try EventCounter()
        let error = try EventCounter()
        try bench.setUp(queue: 0, kick: kick.descriptor.raw)
        try bench.call(
            .setVringAddress,
            Bench.addresses(
                0, descriptors: Bench.userBase + descriptors, available: Bench.userBase + available,
                used: Bench.userBase + used))
        try bench.call(.setVringError, .longs(0), descriptors: [error.descriptor.raw])
        #expect(try bench.call(.setVringEnable, .words(0, 1)) == [.ringsChanged])
        #expect(!bench.isActive(0))
        #expect(!bench.isStarted)
        #expect(bench.problem(0)?.contains("does not lie in shared memory") == true)
        let isTold = try Readiness.awaitReadable(error.descriptor.raw, until: 0)
        #expect(isTold)
    }

    @Test(arguments: [(8, 0, 0), (0, 1, 0), (0, 0, 2), (1, 1, 1)] as [(UInt64, UInt64, UInt64)])
    func ringMisaligned(descriptors: UInt64, available: UInt64, used: UInt64) throws {
        let (bench, _) = try bench()
        let kick = try EventCounter()
        try bench.setUp(queue: 0, kick: kick.descriptor.raw)
        let base = Bench.userBase
        try bench.call(
            .setVringAddress,
            Bench.addresses(
                0, descriptors: base + 0x1000 + descriptors, available: base + 0x2000 + available,
                used: base + 0x3000 + used))
        try bench.call(.setVringEnable, .words(0, 1))
        #expect(!bench.isActive(0))
        #expect(bench.problem(0)?.contains("misaligned") == true)
    }

    @Test func latchedWhileRunning() throws {
        let (bench, _) = try bench()
        let kick = try EventCounter()
        try bench.setUp(queue: 0, kick: kick.descriptor.raw)
        try bench.call(.setVringEnable, .words(0, 1))
        // The same addresses once more change nothing.
        #expect(try bench.call(.setVringAddress, Bench.addresses(0)) == [.done])
        #expect(throws: VhostUserError.self) {
            try bench.call(.setVringAddress, Bench.addresses(0, used: Bench.userBase + 0x4000))
        }
        #expect(throws: VhostUserError.self) { try bench.call(.setVringSize, .words(0, 32)) }
        #expect(throws: VhostUserError.self) { try bench.call(.setVringBase, .words(0, 4)) }
        #expect(bench.isActive(0))
    }

    @Test func stoppedRingHasToBeSetUpAgain() throws {
        let (bench, _) = try bench()
        let kick = try EventCounter()
        try bench.setUp(queue: 0, base: 7, kick: kick.descriptor.raw)
        try bench.call(.setVringEnable, .words(0, 1))
        try bench.call(.setVringEnable, .words(0, 0))
        #expect(!bench.isStarted)
        #expect(try bench.ask(.getVringBase, .words(0, 0)).payload == .words(0, 7))
        #expect(bench.configuredQueues == 0)
        try bench.call(.setVringEnable, .words(0, 1))
        #expect(!bench.isActive(0))
    }

    /// 0 is a fresh driver, the value that was returned is the paused one.
    @Test(arguments: [(0, false), (7, true)] as [(UInt32, Bool)])
    func resumedOrFresh(base: UInt32, isResumed: Bool) throws {
        let (bench, _) = try bench()
        let kick = try EventCounter()
        try bench.setUp(queue: 0, base: 7, kick: kick.descriptor.raw)
        try bench.setUp(queue: 1, kick: kick.descriptor.raw)
        for queue in 0..<2 as Range<UInt32> { try bench.call(.setVringEnable, .words(queue, 1)) }
        #expect(!bench.isResumed)
        for queue in 0..<2 as Range<UInt32> { _ = try bench.ask(.getVringBase, .words(queue, 0)) }
        try bench.setUp(queue: 0, base: base, kick: kick.descriptor.raw)
        try bench.setUp(queue: 1, kick: kick.descriptor.raw)
        for queue in 0..<2 as Range<UInt32> { try bench.call(.setVringEnable, .words(queue, 1)) }
        #expect(bench.isResumed == isResumed)
        #expect(bench.position(0) == base)
    }

    /// A front-end without the protocol's feature bit has no enable message.
    @Test func withoutExtensions() throws {
        let bench = try Bench()
        let memory = try MemoryFile.sealed(name: "test", size: size)
        let kick = try EventCounter()
        try bench.call(.setFeatures, .longs(Bench.features))
        try bench.share(memory.descriptor.raw, size: size)
        try bench.setUp(queue: 0, kick: kick.descriptor.raw)
        #expect(bench.isActive(0))
        #expect(bench.isStarted)
    }

    /// With the bit and no single extension rings still wait to be enabled.
    @Test func withTheBitAlone() throws {
        let (bench, _) = try bench([])
        let kick = try EventCounter()
        try bench.setUp(queue: 0, kick: kick.descriptor.raw)
        #expect(!bench.isActive(0))
    }

    @Test func kickMayBeTakenAway() throws {
        let (bench, _) = try bench()
        let kick = try EventCounter()
        try bench.setUp(queue: 0, kick: kick.descriptor.raw)
        try bench.call(.setVringEnable, .words(0, 1))
        #expect(
            try bench.call(.setVringKick, .longs(UInt64(1 << 8))) == [.replaceKick(queue: 0, isSet: false)])
        #expect(bench.kickDescriptor(0) == nil)
        #expect(!bench.drainKick(0))
    }

    @Test func memoryIsLaidOutAnewUnderTheRing() throws {
        let (bench, memory) = try bench()
        let kick = try EventCounter()
        try bench.setUp(queue: 0, base: 3, kick: kick.descriptor.raw)
        try bench.call(.setVringEnable, .words(0, 1))
        try bench.share(memory.descriptor.raw, size: size / 2)
        #expect(bench.isActive(0))
        #expect(bench.position(0) == 3)
        // Gone, and back: the ring stands where it stood.
        try bench.call(.setMemoryTable, .words(0, 0))
        #expect(!bench.isActive(0))
        try bench.share(memory.descriptor.raw, size: size)
        #expect(bench.isActive(0))
        #expect(bench.position(0) == 3)
    }

    @Test func truncatedUnderTheRing() throws {
        let bench = try Bench()
        let file = try unsealedMemory(1 << 20)
        let kick = try EventCounter()
        try bench.negotiate()
        try bench.share(file.raw, size: size)
        try bench.setUp(queue: 0, kick: kick.descriptor.raw)
        try bench.call(.setVringEnable, .words(0, 1))
        #expect(try bench.isEmpty(0))
        #expect(ftruncate(file.raw, 0) == 0)
        #expect(try bench.isEmpty(0))
        #expect(bench.isLost(0))
        bench.backend.complete(0, head: 0)
        bench.backend.fail(0, "truncated")
        #expect(!bench.isActive(0))
    }
}
