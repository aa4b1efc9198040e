import ControlAPI
import Service
import Testing
import VhostUser
import Virtio

/// The daemon with guests that have packed rings.
struct PackedWireTests {
    private static let freeMemory: [UInt8] = [4, 0, 7, 0, 0, 0, 0, 0, 0, 0]

    private func withPackedHouse(_ body: (House) async throws -> Void) async throws {
        try await House.with(edit: { $0.packed = true }, body)
    }

    private func base(_ entries: UInt32, _ size: UInt16) -> UInt32 {
        let place = entries % UInt32(size) | (entries / UInt32(size) % 2 == 0 ? 0x8000 : 0)
        return place << 16 | place
    }

    @Test func notOfferedUnlessAskedFor() async throws {
        try await House.with { house in
            let guest = try PackedGuest(house.socket(), size: 128)
            #expect(guest.front.offeredFeatures & VirtioFeatures.packedRing == 0)
            #expect(throws: FrontEndError.self) { try guest.load() }
            let status = try await house.status()
            #expect(status.features.first { $0.name == "packed" }?.offered == false)
        }
    }

    @Test(arguments: [3, 16, 100, 128] as [UInt16])
    func pagesComeAndGo(size: UInt16) async throws {
        try await withPackedHouse { house in
            let guest = try PackedGuest(house.socket(), size: size)
            try guest.load()
            for round in 0..<300 as Range<UInt32> {
                try guest.send([4096 + round, 5000 + round], on: 0)
                try guest.send([5000 + round], on: 1)
            }
            let status = try await house.status()
            #expect(status.held.bytes == 300 * TestGuest.page)
            #expect(status.counters.badChains == 0)
            let packed = try #require(status.features.first { $0.name == "packed" })
            #expect(packed.offered && packed.negotiated && packed.seen)
        }
    }

    /// The buffer that is held while the machine is paused is taken again, at all places of two rounds.
    @Test func statisticsGoOnAfterAPause() async throws {
        try await withPackedHouse { house in
            let size: UInt16 = 3
            let guest = try PackedGuest(house.socket(), size: size)
            try guest.load()
            try guest.post(Self.freeMemory, on: 2)
            for round in 0..<12 as Range<UInt32> {
                try guest.send([4096 + round], on: 0)
                let bases = try guest.stop()
                #expect(bases == [base(round + 1, size), base(0, size), base(round, size)])
                try guest.start(bases)
                async let refreshed = house.registry.refreshStatistics(of: "guest")
                #expect(try await blocking { try guest.awaitUsed(on: 2) } == 0)
                try guest.post(Self.freeMemory, on: 2)
                #expect(try await refreshed.statistics.values == ["free-memory": 7])
                #expect(try await house.status().held.bytes == UInt64(round + 1) * TestGuest.page)
            }
            #expect(house.count(.resumed) == 12)
            #expect(house.count(.driverReady) == 1)
        }
    }

    /// All queues stand where a fresh driver's do, and yet the machine was only paused; and the other way round.
    @Test func pausedAfterTwoRounds() async throws {
        try await withPackedHouse { house in
            let guest = try PackedGuest(house.socket(), size: 4)
            try guest.load()
            for page in 0..<8 as Range<UInt32> { try guest.send([4096 + page], on: 0) }
            let bases = try guest.stop()
            #expect(bases == Array(repeating: RingKind.packed.freshBase, count: 3))
            try guest.start(bases)
            #expect(try await house.status().held.bytes == 8 * TestGuest.page)
            #expect(try guest.stop() == bases)
            try guest.load()
            #expect(try await house.status().held == 0)
            #expect(house.count(.driverReady) == 2)
            #expect(house.count(.resumed) == 1)
        }
    }

    /// A chain without end, and ones that break a rule, come back under their ids, and nothing is in the balloon.
    @Test func badChains() async throws {
        try await withPackedHouse { house in
            let guest = try PackedGuest(house.socket(), size: 8)
            try guest.load()
            // Indirect, which was not negotiated; readable after writable.
            try guest.write(1, id: 6, flags: [.write, .next], on: 0)
            try guest.write(2, id: 6, on: 0)
            try guest.write(0, id: 5, flags: .indirect, on: 0)
            for index in 0..<8 as Range<UInt16> { try guest.write(index, id: 3, flags: .next, on: 1) }
            for queue in 0..<2 {
                guest.kick(queue)
                #expect(try await blocking { try guest.awaitCall(queue) })
            }
            let status = try await house.status()
            #expect(try guest.used(0, on: 0) == [5, 0])
            #expect(try guest.used(1, on: 0) == [6, 0])
            #expect(try guest.used(0, on: 1) == [3, 0])
            #expect(status.counters.badChains == 3)
            #expect(status.held == 0)
        }
    }

    /// There is nothing that could be returned: the queue is given up until the driver sets it up again.
    @Test(arguments: [[8], [65535], [3, 3]] as [[UInt16]])
    func badIds(ids: [UInt16]) async throws {
        try await withPackedHouse { house in
            let guest = try PackedGuest(house.socket(), size: 8)
            try guest.load()
            // On the statistics queue the first is held, so that the second is one too many.
            for (index, id) in ids.enumerated() { try guest.write(UInt16(index), id: id, on: 2) }
            guest.kick(2)
            try await house.event(.problem)
            #expect(try await house.status().problems.contains { $0.contains("queue 2 is broken") })
            try guest.send([4096], on: 0)
            _ = try guest.stop()
            try guest.load()
            try guest.post(Self.freeMemory, on: 2)
            async let refreshed = house.registry.refreshStatistics(of: "guest")
            #expect(try await blocking { try guest.awaitUsed(on: 2) } == 0)
            try guest.post(Self.freeMemory, on: 2)
            #expect(try await refreshed.statistics.values == ["free-memory": 7])
        }
    }

    @Test func memoryIsLaidOutAnewUnderAHeldBuffer() async throws {
        try await withPackedHouse { house in
            let guest = try PackedGuest(house.socket(), size: 16)
            try guest.load()
            try guest.post(Self.freeMemory, on: 2)
            try guest.send([4096], on: 0)
            try guest.front.remove(guest.memory.regions[1])
            async let refreshed = house.registry.refreshStatistics(of: "guest")
            #expect(try await blocking { try guest.awaitUsed(on: 2) } == 0)
            try guest.post(Self.freeMemory, on: 2)
            #expect(try await refreshed.statistics.values == ["free-memory": 7])
            #expect(try await house.status().held.bytes == TestGuest.page)
        }
    }
}
