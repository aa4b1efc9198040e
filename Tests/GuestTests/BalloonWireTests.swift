import ConformanceChecks
import Balloon
import ControlAPI
import Linux
import Service
import Testing
import VhostUser
import Virtio

/// Pages in and out, over a real socket, with the memory of the host counted.
struct BalloonWireTests {
    @Test(arguments: [true, false], [true, false])
    func inflatingFreesMemory(isDense: Bool, isDeferred: Bool) async throws {
        try await House.with(edit: { $0.deferredDiscard = isDeferred }) { house in
            let guest = try TestGuest(house.socket())
            try guest.load(isDense: isDense)
            let pages = Array((4096..<4352) as Range<UInt32>) + Array(TestGuest.high..<TestGuest.high + 256)
            try guest.touch(pages)
            try guest.ring(.inflate).fill(TestGuest.bytes(pages))
            let before = try guest.allocated
            // Linux sends pages in descending order.
            try guest.inflate(pages.reversed())
            // Without another thread the answer comes behind the discard, which comes behind the acknowledgement (V3).
            var status = isDeferred ? try await house.settled() : try await house.status()
            #expect(try before - guest.allocated == 512 * TestGuest.page)
            #expect(status.held.bytes == 512 * TestGuest.page)
            #expect(status.max?.bytes == 64 * TestGuest.mebibyte)
            #expect(status.sees?.bytes == 62 * TestGuest.mebibyte)
            #expect(status.reported == 0)
            #expect(status.link == .driverReady)
            #expect(status.counters.discardedBytes.bytes == 512 * TestGuest.page)
            #expect(status.released.bytes == 512 * TestGuest.page && status.pending == 0)
            if !isDeferred { #expect(status.counters.discardCalls == 2) }
            try guest.write(actual: 512)
            #expect(try guest.isZero(pages[0]))
            try guest.deflate(pages[..<256])
            status = try await house.status()
            #expect(status.held.bytes == 256 * TestGuest.page)
            #expect(status.released.bytes == 256 * TestGuest.page)
            #expect(status.reported.bytes == 512 * TestGuest.page)
            #expect(status.problems.isEmpty)
        }
    }

    @Test(arguments: [
        0, VirtioFeatures.version1, VirtioFeatures.version1 | VirtioFeatures.eventIndex, TestGuest.transport,
    ])
    func notifications(transport: UInt64) async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try guest.load(transport: transport)
            for round in 0..<40 as Range<UInt32> { try guest.inflate([4096 + round]) }
            #expect(try await house.status().held.bytes == 40 * TestGuest.page)
        }
    }

    /// The index wraps around, the ring many times.
    @Test func ringWraps() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket(), ringSize: 4)
            try guest.load()
            let ring = try guest.ring(.deflate)
            try ring.describe(0, address: ring.buffer, length: 4)
            for _ in 0..<2000 {
                try ring.add([0, 0, 0, 0])
                ring.kick()
                #expect(try ring.awaitHeads(4).count == 4)
            }
            #expect(try await house.status().counters.messages == 8000)
        }
    }

    @Test func windowsSendsEightBytesAPage() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try guest.load([.statistics])
            let pages: [UInt32] = (0..<512).flatMap { [5000 + $0, 0] }
            try guest.inflate(pages)
            let status = try await house.status()
            #expect(status.held.bytes == 512 * TestGuest.page)
            #expect(status.counters.badPages == 0)
        }
    }

    /// A page number may be cut in two by a descriptor's end, and the table may be indirect.
    @Test func framingCarriesNoMeaning() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try guest.load()
            let ring = try guest.ring(.inflate)
            try ring.fill(TestGuest.bytes((0..<64).map { 6000 + $0 }))
            for index in 0..<64 as Range<UInt16> {
                // 1, 7, 1, 7 ... bytes, with empty ones between.
                let length: UInt32 = index % 2 == 0 ? 1 : 7
                let start = UInt64(index / 2) * 8 + (index % 2 == 0 ? 0 : 1)
                let isLast = index == 63
                try ring.describe(
                    index, address: ring.buffer + start, length: length, flags: isLast ? 0 : RawRing.Flags.next,
                    next: index + 1)
            }
            try ring.offer(0)
            #expect(try ring.awaitHeads() == [0])
            #expect(try await house.status().held.bytes == 64 * TestGuest.page)
            // A direct descriptor, then an indirect one.
            let table = ring.buffer + 0x8000
            try ring.describe(at: table, address: ring.buffer + 128, length: 128)
            try ring.describe(0, address: ring.buffer, length: 128, flags: RawRing.Flags.next, next: 1)
            try ring.describe(1, address: table, length: 16, flags: RawRing.Flags.indirect)
            let deflate = try guest.ring(.deflate)
            try deflate.describe(0, address: ring.buffer, length: 128, flags: RawRing.Flags.next, next: 1)
            try deflate.describe(1, address: table, length: 16, flags: RawRing.Flags.indirect)
            try deflate.offer(0)
            #expect(try deflate.awaitHeads() == [0])
            #expect(try await house.status().held == 0)
        }
    }

    /// Kicks before DRIVER_OK are not lost: what lies in the rings is served at the start.
    @Test(arguments: [true, false])
    func earlyKicks(areTaken: Bool) async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try guest.load(before: {
                try guest.ring(.inflate).post(TestGuest.bytes([7000]))
                try guest.offerStatistics([.freeMemory: 1])
                // The kicks are gone before anybody could look.
                if areTaken {
                    #expect(try guest.ring(.inflate).queue.kick.drain())
                    #expect(try guest.ring(.statistics).queue.kick.drain())
                }
            })
            #expect(try guest.ring(.inflate).awaitHeads() == [0])
            #expect(try await house.status().held.bytes == TestGuest.page)
            // The statistics buffer is held, not lost.
            async let refreshed = house.registry.refreshStatistics(of: "guest")
            #expect(try await guest.awaitStatisticsRequest())
            try guest.offerStatistics([.freeMemory: 2])
            #expect(try await refreshed.statistics.values == ["free-memory": 2])
        }
    }

    @Test(arguments: [ProtocolFeaturesCase.table, .slots, .noAcknowledge, .none])
    func waysToSpeak(way: ProtocolFeaturesCase) async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket(), extensions: way.features)
            try guest.load()
            try guest.inflate([4096, TestGuest.high])
            #expect(try await house.status().held.bytes == 2 * TestGuest.page)
            try guest.stop()
            #expect(try await house.status().link == .connected)
        }
    }

    @Test func configurationIsWhatTheSpecificationSays() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try await house.ask(balloon: 4 * TestGuest.mebibyte)
            try guest.load([.mustTellHost])
            #expect(try guest.configuration().numPages == 1024)
            // `actual` in pieces; `num_pages` in a write is stale and counts nothing.
            try guest.front.writeConfiguration(offset: 4, [7])
            try guest.front.writeConfiguration(offset: 5, [1])
            #expect(try guest.configuration().actual == 0x107)
            try guest.write(actual: 12, numPages: 77)
            #expect(try guest.configuration() == .init(numPages: 1024, actual: 12, commandID: 0, poison: 0))
            // Poison cannot change while the driver runs (spec D36).
            try guest.write(actual: 12, poison: 5)
            #expect(try guest.configuration().poison == 0)
        }
    }
}
