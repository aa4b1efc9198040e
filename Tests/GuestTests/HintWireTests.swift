import ConformanceChecks
import Balloon
import ControlAPI
import Linux
import Service
import Testing
import VhostUser

/// Free page hinting (spec V6 to V11) and free page reporting (V13, V14).
struct HintWireTests {
    private func load(_ house: House, _ features: BalloonFeatures) throws -> TestGuest {
        let guest = try TestGuest(house.socket())
        try guest.load(features)
        return guest
    }

    private func command(_ guest: TestGuest, _ id: UInt32) throws {
        try guest.ring(.freePageHint).send(TestGuest.bytes([id]))
    }

    private func hint(_ guest: TestGuest, _ page: UInt32, pages: UInt32) throws {
        let ring = try guest.ring(.freePageHint)
        try ring.describe(0, address: UInt64(page) << 12, length: pages << 12, flags: RawRing.Flags.write)
        try ring.offer(0)
        #expect(try ring.awaitHeads() == [0])
    }

    @Test func hintsAreCountedAndNothingIsDiscarded() async throws {
        try await House.with { house in
            let guest = try load(house, [.mustTellHost, .freePageHint])
            try guest.touch(6000..<7000)
            let before = try guest.allocated
            // Under no command hints are ignored (V8).
            try hint(guest, 6000, pages: 100)
            #expect(try await house.status().counters.hintedFreeBytes.bytes == 0)
            #expect(try guest.configuration().commandID == 0)

            _ = try await house.registry.hint("guest")
            #expect(try guest.awaitChange())
            let id = try guest.configuration().commandID
            #expect(id >= 2)
            // Before the driver began the command (V8).
            try hint(guest, 6000, pages: 100)
            #expect(try await house.status().counters.hintedFreeBytes.bytes == 0)
            try command(guest, id)
            try hint(guest, 6000, pages: 100)
            try hint(guest, 6100, pages: 200)
            #expect(try await house.status().counters.hintedFreeBytes.bytes == 300 * TestGuest.page)
            // Another one cannot begin while this one is out (V7).
            await #expect(throws: ControlError.self) { try await house.registry.hint("guest") }
            #expect(try guest.configuration().commandID == id)

            try command(guest, 0)
            // DONE is told (V11).
            #expect(try guest.awaitChange())
            #expect(try guest.configuration().commandID == 1)
            try await house.event(.hinted)
            #expect(try guest.allocated >= before)
            #expect(try await house.status().held == 0)

            // The next id is another one (V7); a stale one is ignored (V8).
            _ = try await house.registry.hint("guest")
            #expect(try guest.awaitChange())
            let next = try guest.configuration().commandID
            #expect(next != id && next >= 2)
            try command(guest, id)
            try hint(guest, 6000, pages: 100)
            #expect(try await house.status().counters.hintedFreeBytes.bytes == 300 * TestGuest.page)
        }
    }

    /// `set`, then `hint` a second later: refused, with what is going on; and the other way round the request is kept.
    @Test(arguments: [nil, 1 << 30] as [UInt64?])
    func commandsThatDoNotGoTogether(budget: UInt64?) async throws {
        try await House.with(budget: budget, edit: { $0.max = ByteSize(64 << 20) }) { house in
            let guest = try TestGuest(house.socket(), low: 64 << 20)
            try guest.load([.mustTellHost, .freePageHint, .deflateOnOOM])
            try await house.ask(balloon: 8 << 20)
            let refused = await #expect(throws: ControlError.self) { try await house.registry.hint("guest") }
            #expect("\(try #require(refused))".contains("inflating"))
            try guest.inflate(4096..<4096 + 2048)
            try guest.write(actual: 2048)
            _ = try await house.status { $0.state == .settled }

            _ = try await house.registry.hint("guest")
            while try guest.awaitChange(within: 50_000_000) {}
            let id = try guest.configuration().commandID
            try command(guest, id)
            try hint(guest, 8192, pages: 1024)
            #expect(try await house.status().state == .hinting)
            let accepted = try await house.registry.set(SizeRequest(balloon: ByteSize(16 << 20)), of: "guest")
            #expect(accepted.message.contains("kept until"))
            #expect(accepted.guest.target.bytes == 8 << 20)
            #expect(accepted.guest.pursuit == .underWay)
            await #expect(throws: ControlError.self) { try await house.registry.reclaim("guest") }
            try command(guest, 0)
            let over = try await house.status { $0.state == .inflating }
            #expect(over.target.bytes == 16 << 20)
            #expect(try guest.configuration().commandID == 1)
            #expect(house.count(.alarm) == 0 && house.count(.stalled) == 0)
            #expect(try await house.status().problems == [])
        }
    }

    /// A guest that runs out of memory while it hints is told to stop at once.
    @Test func hintingEndsWithAnAlarm() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket(), low: 64 << 20)
            try await house.ask(balloon: 8 << 20)
            try guest.load([.mustTellHost, .freePageHint, .deflateOnOOM])
            _ = try guest.configuration()
            try guest.inflate(4096..<4096 + 2048)
            try guest.write(actual: 2048)
            _ = try await house.status { $0.state == .settled }
            _ = try await house.registry.hint("guest")
            try command(guest, try guest.configuration().commandID)
            try guest.deflate(4096..<4096 + 256)
            try guest.write(actual: 1792)
            try await house.event(.alarm)
            try await house.event(.hinted)
            #expect(try guest.configuration().commandID == 1)
        }
    }

    @Test func hintNeedsItsFeature() async throws {
        try await House.with { house in
            let guest = try load(house, [.mustTellHost])
            await #expect(throws: ControlError.self) { try await house.registry.hint("guest") }
            try guest.stop()
            await #expect(throws: ControlError.self) { try await house.registry.hint("guest") }
        }
    }

    @Test(arguments: [[], [2], [2, 0, 0], [2, 0, 0, 0, 0, 0, 0, 0]] as [[UInt8]])
    func commandsOfAnyLength(bytes: [UInt8]) async throws {
        try await House.with { house in
            let guest = try load(house, [.mustTellHost, .freePageHint])
            _ = try await house.registry.hint("guest")
            #expect(try guest.awaitChange())
            try guest.ring(.freePageHint).send(bytes)
            try hint(guest, 6000, pages: 1)
            // Only a whole id begins the command; the first one is 2.
            #expect(try await house.status().counters.hintedFreeBytes.bytes == (bytes.count >= 4 ? TestGuest.page : 0))
        }
    }

    @Test(arguments: [(false, 0), (true, 0), (true, 0xaaaa_aaaa)] as [(Bool, UInt32)], [true, false])
    func reportsFreeMemory(poisoning: (Bool, UInt32), isDense: Bool) async throws {
        let (hasPoison, poison) = poisoning
        try await House.with { house in
            var features: BalloonFeatures = [.mustTellHost, .pageReporting]
            if hasPoison { features.insert(.pagePoison) }
            let guest = try TestGuest(house.socket())
            // Linux writes the value before DRIVER_OK (D35).
            try guest.load(
                features, isDense: isDense, before: { if hasPoison { try guest.write(actual: 0, poison: poison) } })
            let pages = TestGuest.high + 1024..<TestGuest.high + 3072
            try guest.touch(pages)
            let before = try guest.allocated
            let ring = try guest.ring(.reporting)
            for index in 0..<2 as Range<UInt16> {
                let page = pages.lowerBound + 1024 * UInt32(index)
                try ring.describe(
                    index, address: UInt64(page) << 12, length: 4 << 20,
                    flags: RawRing.Flags.write | (index == 0 ? RawRing.Flags.next : 0), next: 1)
            }
            try ring.offer(0)
            #expect(try ring.awaitHeads() == [0])
            let status = try await house.status()
            #expect(status.counters.reportedFreeBytes.bytes == 8 << 20)
            #expect(status.held == 0)
            // With a poison value that is not zero nothing may change (V14).
            #expect(try before - guest.allocated == (poison == 0 ? 8 << 20 : 0))
            #expect(try guest.isZero(pages.lowerBound) == (poison == 0))
        }
    }

    /// A report that is not aligned is cut inward; one that leaves memory is cut off; the rings stay.
    @Test func reportsAreClipped() async throws {
        try await House.with { house in
            let guest = try load(house, [.mustTellHost, .pageReporting])
            let ring = try guest.ring(.reporting)
            try guest.touch(7000..<7004)
            let flags = RawRing.Flags.write | RawRing.Flags.next
            try ring.describe(0, address: 7000 << 12 | 1, length: 3 << 12, flags: flags, next: 1)
            // From the last page below the hole far into it.
            try guest.touch([8191])
            try ring.describe(1, address: 8191 << 12, length: 1 << 30, flags: flags, next: 2)
            // All rings, and what lies around them.
            try ring.describe(2, address: 0x10_0000, length: UInt32(5 * RawRing.footprint), flags: flags, next: 3)
            try ring.describe(3, address: .max - 4096, length: 8192, flags: flags, next: 4)
            try ring.describe(4, address: 1 << 50, length: 0x10_0000, flags: RawRing.Flags.write)
            try ring.offer(0)
            #expect(try ring.awaitHeads() == [0])
            #expect(try !guest.isZero(7000))
            #expect(try guest.isZero(7001))
            #expect(try guest.isZero(7002))
            #expect(try !guest.isZero(7003))
            #expect(try guest.isZero(8191))
            // The rings work.
            try guest.inflate([9000])
        }
    }
}
