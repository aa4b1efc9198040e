import ConformanceChecks
import Balloon
import CLinux
import ControlAPI
import Glibc
import Linux
import Testing
import VhostUser

/// What a hostile VMM does (robustness.md, "The other side of the socket").
struct SocketAttackTests {
    private func withGood(_ body: (House, TestGuest) async throws -> Void) async throws {
        try await House.with(["evil", "good"]) { house in
            let good = try TestGuest(house.socket("good"))
            try good.load()
            try good.inflate([4096])
            try await body(house, good)
            try good.inflate([4097])
            let status = try await house.status("good")
            #expect(status.held.bytes == 2 * TestGuest.page)
            #expect(status.problems.isEmpty)
        }
    }

    /// One clear line, a closed connection, and the next machine is served.
    @Test(
        arguments: [
            [1, 0, 0], [99, 1, 0], [5, 1, 5000], [2, 1, 4, 0], [8, 1, 8, 9, 16], [8, 1, 8, 0, 65536], [12, 1, 8, 0, 0],
            [5, 1, 8, 9, 0],
        ] as [[UInt32]])
    func badMessageClosesTheConnection(words: [UInt32]) async throws {
        try await withGood { house, _ in
            let evil = try VhostUserFrontEnd(path: house.socket("evil"))
            try evil.open()
            try evil.send(bytes: TestGuest.bytes(words))
            #expect(try evil.awaitClose())
            let said = try await house.event(.problem, of: "evil")
            #expect(said.message.hasPrefix("the connection was closed: "))
            try await house.event(.disconnected, of: "evil")
            let next = try TestGuest(house.socket("evil"))
            try next.load()
            try next.inflate([5000])
            #expect(try await house.status("evil").problems.isEmpty)
        }
    }

    /// The guest's driver chooses it, and QEMU does not survive a closed connection.
    @Test func oddSizeIsTheDriversOwnLoss() async throws {
        try await withGood { house, _ in
            let evil = try VhostUserFrontEnd(path: house.socket("evil"))
            try evil.open()
            try evil.send(bytes: TestGuest.bytes([8, 1, 8, 0, 3] as [UInt32]))
            try evil.send(bytes: TestGuest.bytes([18, 1, 8, 0, 1] as [UInt32]))
            let said = try await house.event(.problem, of: "evil")
            #expect(said.message.contains("a ring of 3 entries"))
            #expect(try await house.status("evil").link != .waiting)
        }
    }

    @Test func truncatedMemory() async throws {
        try await withGood { house, _ in
            let descriptor = try OwnedDescriptor(clinux_memfd_create("unsealed"), from: "memfd_create")
            let raw = descriptor.raw
            try #require(ftruncate(raw, 16 << 20) == 0)
            let memory = try FrontEndMemory(file: MemoryFile(owning: descriptor))
            let rings = try (0..<2).map { try RawRing(memory, at: 0x10_0000 + UInt64($0) * RawRing.footprint) }
            let evil = try VhostUserFrontEnd(path: house.socket("evil"))
            try evil.open()
            try evil.start(features: 1 | TestGuest.transport, memory: memory, queues: rings.map(\.queue))
            try rings[0].send(TestGuest.bytes([2048]))
            #expect(try await house.status("evil").held.bytes == TestGuest.page)
            try #require(ftruncate(raw, 0) == 0)
            rings[0].kick()
            let said = try await house.event(.problem, of: "evil")
            #expect(said.message.contains("truncated"))
            rings[1].kick()
            _ = try evil.ask(.getFeatures)
            #expect(try await house.status("evil").problems.allSatisfy { $0.contains("truncated") })
        }
    }

    /// Requests come faster than they can be dealt with: the other guest is served all the same.
    @Test func floodOfMessages() async throws {
        try await withGood { house, good in
            let evil = try TestGuest(house.socket("evil"))
            try evil.load()
            let stop = Flag()
            let path = evil.front.descriptor
            async let flood: Void = blocking {
                // SET_OWNER is the cheapest message; many a call.
                let bytes = TestGuest.bytes((0..<300).flatMap { _ in [3, 1, 0] as [UInt32] })
                while !stop.isSet {
                    _ = bytes.withUnsafeBytes { send(path, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL)) }
                }
            }
            var slowest: UInt64 = 0
            for round in 0..<200 as Range<UInt32> {
                let start = MonotonicClock.now()
                try good.inflate([4200 + round])
                try good.deflate([4200 + round])
                slowest = max(slowest, MonotonicClock.now() - start)
            }
            stop.set()
            try await flood
            print("flood of messages: the other guest waited at most \(slowest / 1000) us")
        }
    }

    @Test func floodOfKicks() async throws {
        try await withGood { house, good in
            let evil = try TestGuest(house.socket("evil"))
            try evil.load()
            let stop = Flag()
            let queues = evil.rings[..<4].map(\.queue)
            async let flood: Void = blocking {
                while !stop.isSet { for queue in queues { queue.kick.signal() } }
            }
            for round in 0..<200 as Range<UInt32> {
                try good.inflate([4200 + round])
                try good.deflate([4200 + round])
            }
            stop.set()
            try await flood
            try evil.inflate([5000])
        }
    }

    /// The ring is refilled while it is served: each turn ends.
    @Test func endlessRequests() async throws {
        try await withGood { house, good in
            let evil = try TestGuest(house.socket("evil"))
            try evil.load([.mustTellHost])
            let ring = try evil.ring(.deflate)
            try ring.describe(0, address: ring.buffer, length: 4096)
            try ring.fill(TestGuest.bytes((0..<1024).map { 6000 + $0 }))
            let stop = Flag()
            async let flood: Void = blocking {
                var index: UInt16 = 0
                while !stop.isSet {
                    // Always as far ahead as the ring allows, by what was returned.
                    guard let used = try? ring.usedIndex() else { continue }
                    if used &+ 128 != index {
                        index = used &+ 128
                        try? ring.publish(index)
                        ring.kick()
                    }
                }
            }
            for round in 0..<100 as Range<UInt32> {
                try good.inflate([4200 + round])
                try good.deflate([4200 + round])
            }
            _ = try await house.status("evil")
            stop.set()
            try await flood
        }
    }
}
