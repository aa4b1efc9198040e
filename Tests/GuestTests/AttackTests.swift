import Balloon
import ConformanceChecks
import ControlAPI
import Linux
import Testing
import VhostUser

/// What a hostile driver does to its rings (robustness.md). A second guest of the same daemon must not notice.
struct AttackTests {
    /// Runs an attack beside a well-behaved guest, which is looked at before and after.
    private func attack(
        _ features: BalloonFeatures = TestGuest.linux, transport: UInt64 = TestGuest.transport,
        _ body: (House, TestGuest) async throws -> Void
    ) async throws {
        try await House.with(["evil", "good"]) { house in
            let good = try TestGuest(house.socket("good"))
            try good.load()
            try good.inflate([4096, 4097])
            let evil = try TestGuest(house.socket("evil"))
            try evil.load(features, transport: transport)
            try await body(house, evil)
            try good.inflate([4098])
            try good.deflate([4096])
            let status = try await house.status("good")
            #expect(status.held.bytes == 2 * TestGuest.page)
            #expect(status.problems.isEmpty)
            #expect(status.link == .driverReady)
            #expect(status.counters.badPages + status.counters.badChains == 0)
        }
    }

    /// The queue is broken and says so; the others of the guest go on.
    private func expectBroken(_ house: House, _ evil: TestGuest, _ role: QueueRole = .inflate) async throws {
        let ring = try evil.ring(role)
        #expect(
            try Readiness.awaitReadable(ring.queue.error.descriptor.raw, until: MonotonicClock.now() + 5_000_000_000))
        let problem = try await house.event(.problem, of: "evil")
        #expect(problem.message.contains("broken until the driver sets it up again"))
        #expect(try ring.returned == 0)
        try evil.ring(.deflate).send(TestGuest.bytes([1]))
        // Set up again, it works again.
        try evil.stop()
        try evil.load()
        try evil.inflate([6000])
    }

    @Test(arguments: [129, 1000, 32768, 65535] as [UInt16])
    func availableIndexJumps(to index: UInt16) async throws {
        try await attack { house, evil in
            try evil.ring(.inflate).publish(index)
            try evil.ring(.inflate).kick()
            try await expectBroken(house, evil)
        }
    }

    @Test(arguments: [128, 129, 65535] as [UInt16])
    func headOutsideTheTable(head: UInt16) async throws {
        try await attack { house, evil in
            try evil.ring(.inflate).offer(head)
            try await expectBroken(house, evil)
        }
    }

    /// Each chain is refused and returned, with length 0: Linux would wait for ever.
    @Test(arguments: BadChain.allCases.filter(\.isMalformed))
    func badChain(_ bad: BadChain) async throws {
        let transport = bad == .indirectNotNegotiated ? TestGuest.transport & ~(1 << 28) : TestGuest.transport
        try await attack(transport: transport) { house, evil in
            for role in [QueueRole.inflate, .deflate, .statistics, .reporting] {
                let ring = try evil.ring(role)
                try bad.write(in: ring, hole: 8192)
                try ring.offer(3)
                #expect(try ring.awaitHeads() == [3])
                #expect(try ring.usedEntry(ring.seen &- 1).length == 0)
            }
            let status = try await house.status("evil")
            #expect(status.counters.badChains == 4)
            #expect(status.held == 0)
            try evil.inflate([6000])
        }
    }

    @Test func manyBadChainsAreSaidOnce() async throws {
        try await attack { house, evil in
            let ring = try evil.ring(.inflate)
            try BadChain.loop.write(in: ring, hole: 8192)
            for _ in 0..<50 {
                try ring.add([UInt16](repeating: 3, count: 128))
                ring.kick()
                #expect(try ring.awaitHeads(128).count == 128)
            }
            #expect(try await house.status("evil").counters.badChains == 6400)
            #expect(house.count(.problem, of: "evil") == 1)
        }
    }

    @Test func pagesThatAreNone() async throws {
        try await attack { house, evil in
            // Behind memory, in the hole, page 0, the highest there is, a ring's own pages, one page four times.
            try evil.inflate([
                8192, 9000, 0xf_ffff, TestGuest.high + 8192, .max, 0, 0x100, 0x104, 0x108, 6000, 6000, 6000,
            ])
            try evil.inflate([6000])
            var status = try await house.status("evil")
            #expect(status.held.bytes == TestGuest.page)
            #expect(status.counters.badPages == 8)
            // Never inflated, twice, nowhere.
            try evil.deflate([6001, 6000, 6000, .max, 0x100])
            status = try await house.status("evil")
            #expect(status.held == 0)
            #expect(status.counters.deflatedBytes == 4096)
            // A false claim changes no other number.
            try evil.write(actual: .max)
            status = try await house.status("evil")
            #expect(status.reported.bytes == UInt64(UInt32.max) * TestGuest.page)
            #expect(status.held == 0)
            #expect(status.sees?.bytes == 64 << 20)
        }
    }

    @Test(
        arguments: [
            (UInt64.max - 3, 8), (1 << 52, 4096), (0x200_0000 - 2, 4), (0x3000_0000, 400), (0, .max),
        ] as [(UInt64, UInt32)])
    func buffersOutsideMemory(address: UInt64, length: UInt32) async throws {
        try await attack { house, evil in
            for role in [QueueRole.inflate, .deflate, .statistics] {
                let ring = try evil.ring(role)
                try ring.describe(0, address: address, length: length)
                try ring.offer(0)
            }
            #expect(try evil.ring(.inflate).awaitHeads() == [0])
            #expect(try evil.ring(.deflate).awaitHeads() == [0])
            #expect(try await house.status("evil").counters.badChains >= 2)
        }
    }

    /// 16 MiB of page numbers, six times over: bounded steps, and the deflate queue between them.
    @Test func hugeArray() async throws {
        try await attack { house, evil in
            let ring = try evil.ring(.inflate)
            for index in 0..<6 as Range<UInt16> {
                try ring.describe(
                    index, address: 0x20_0000, length: 16 << 20, flags: index == 5 ? 0 : RawRing.Flags.next,
                    next: index + 1)
            }
            try ring.offer(0)
            try evil.deflate([1])
            #expect(try await house.status("evil").link == .driverReady)
            try evil.front.hangUp()
        }
    }

    /// The request asks for numbers from a page that it gives away itself.
    @Test func arrayThatFreesItself() async throws {
        try await attack { house, evil in
            let ring = try evil.ring(.inflate)
            let own = UInt32(ring.buffer >> 12)
            try evil.inflate((0..<1024).map { own + $0 / 64 })
            #expect(try await house.status("evil").held.bytes == 16 * TestGuest.page)
        }
    }

    @Test func queuesWithoutARole() async throws {
        try await attack([.mustTellHost]) { house, evil in
            // Two roles, and five queues that are set up.
            try evil.stop()
            try evil.front.start(
                features: 1 | TestGuest.transport, memory: evil.memory, queues: evil.rings.map(\.queue))
            try evil.rings[4].post(TestGuest.bytes([1]))
            try evil.rings[2].post(TestGuest.bytes([1]))
            #expect(try evil.rings[4].awaitHeads(within: 50_000_000).isEmpty)
            #expect(try await house.status("evil").link == .driverReady)
        }
    }
}
