import ConformanceChecks
import Balloon
import ControlAPI
import Linux
import Testing
import VhostUser

/// QEMU without `share=on`: the guest runs, and its balloon is dead without a word.
struct UnsharedMemoryTests {
    /// The VMM passes a file that the guest's memory is not in: its private copy is elsewhere.
    @Test func privateCopyIsSeenAndSaid() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try guest.load()
            #expect(try await house.status().problems.isEmpty)
            // The driver writes its rings where nobody sees it, and kicks.
            for ring in guest.rings { ring.kick() }
            let said = try await house.event(.problem)
            #expect(said.message.contains("share=on"))
            #expect(try await house.status().problems.count == 1)
            // It was wrong: the rings are in use after all.
            try guest.inflate([4096])
            #expect(try await house.status().problems.isEmpty)
        }
    }

    /// A kick on one empty queue while another is in use is nothing.
    @Test func spuriousKickIsNothing() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try guest.load(before: { try guest.offerStatistics([.freeMemory: 1]) })
            for ring in guest.rings { ring.kick() }
            try guest.deflate([4096])
            for ring in guest.rings { ring.kick() }
            try guest.deflate([4096])
            #expect(try await house.status().problems.isEmpty)
        }
    }

    /// Memory that is not a file at all: the table has no regions.
    @Test(arguments: [ProtocolFeaturesCase.table, .slots])
    func noRegions(way: ProtocolFeaturesCase) async throws {
        try await House.with { house in
            let front = try VhostUserFrontEnd(path: house.socket())
            try front.open(wanting: way.features)
            let memory = try FrontEndMemory(size: 16 << 20)
            let rings = try (0..<2).map { try RawRing(memory, at: 0x10_0000 + UInt64($0) * RawRing.footprint) }
            try front.start(
                features: 1 | TestGuest.transport, memory: memory, queues: rings.map(\.queue), isShared: false)
            let said = try await house.event(.problem)
            #expect(said.message.contains("share=on"))
            let status = try await house.status()
            #expect(status.link == .connected)
            #expect(status.problems.first?.contains("no memory") == true)
        }
    }
}
