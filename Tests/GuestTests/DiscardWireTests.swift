import ConformanceChecks
import Balloon
import ControlAPI
import Linux
import Service
import Testing
import VhostUser

/// Discards on another thread, over a real socket: what is pending ends well, whatever comes first.
struct DiscardWireTests {
    private let count: UInt64 = 2048
    private var pages: Range<UInt32> { 4096..<4096 + 2048 }

    /// Touches pages, and the buffer of the messages.
    ///
    /// - Returns: the memory that the host spends then.
    private func touch(_ guest: TestGuest, _ pages: Range<UInt32>) throws -> UInt64 {
        try guest.touch(pages)
        try guest.ring(.inflate).fill(TestGuest.bytes(pages.prefix(256)))
        try guest.ring(.deflate).fill(TestGuest.bytes(pages.prefix(256)))
        return try guest.allocated
    }

    /// Pages that were touched and read as zeros.
    private func lost(_ guest: TestGuest, _ pages: Range<UInt32>) throws -> [UInt32] { try pages.filter(guest.isZero) }

    /// Sends pages in messages of 256.
    private func inflate(_ guest: TestGuest, _ pages: Range<UInt32>) throws {
        for start in stride(from: pages.lowerBound, to: pages.upperBound, by: 256) {
            try guest.inflate((start..<min(start + 256, pages.upperBound)).reversed())
        }
    }

    /// "spec V3": the guest writes a page as soon as its deflation is acknowledged, and never loses what it wrote.
    @Test("spec V3: what is written behind a deflation stays", arguments: [true, false], [false, true])
    func contentStays(isDeferred: Bool, populates: Bool) async throws {
        try await House.with(edit: {
            $0.deferredDiscard = isDeferred
            $0.populateOnDeflate = populates
        }) { house in
            let guest = try TestGuest(house.socket())
            try guest.load([.mustTellHost, .deflateOnOOM])
            for _ in 0..<20 {
                try inflate(guest, pages)
                for start in stride(from: pages.lowerBound, to: pages.upperBound, by: 256) {
                    try guest.deflate(start..<start + 256)
                    try guest.touch(start..<start + 256)
                }
                _ = try await house.settled()
                #expect(try lost(guest, pages).isEmpty)
            }
            #expect(try await house.status().held == 0)
        }
    }

    @Test("without MUST_TELL_HOST the discard comes before the acknowledgement (spec V2)")
    func beforeTheAcknowledgement() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try guest.load([.statistics])
            try guest.touch(pages)
            let before = try guest.allocated
            for start in stride(from: pages.lowerBound, to: pages.upperBound, by: 256) {
                try guest.inflate(start..<start + 256)
                try #require(try guest.isZero(start) && guest.isZero(start + 255))
            }
            #expect(try guest.allocated < before)
            #expect(try await house.status().pending == 0)
        }
    }

    @Test("a stop is answered when nothing is pending: a driver that was reset has its pages again")
    func stopFlushes() async throws {
        try await House.with { house in
            for _ in 0..<10 {
                let guest = try TestGuest(house.socket())
                try guest.load([.mustTellHost])
                let before = try touch(guest, pages)
                try inflate(guest, pages)
                try guest.stop()
                #expect(try before - guest.allocated == count * TestGuest.page)
                try guest.touch(pages)
                try guest.load([.mustTellHost])
                _ = try await house.settled()
                #expect(try lost(guest, pages).isEmpty)
                let sequence = house.events.newest
                try guest.front.hangUp()
                try await house.event(.disconnected, after: sequence)
            }
        }
    }

    @Test("memory that is taken away is let go of first")
    func tableChange() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket())
            try guest.load([.mustTellHost])
            let high = TestGuest.high..<TestGuest.high + 2048
            for _ in 0..<20 {
                let before = try touch(guest, high)
                try inflate(guest, high)
                try guest.front.remove(guest.memory.regions[1])
                #expect(try before - guest.allocated == count * TestGuest.page)
                try guest.touch(high)
                try guest.front.add(guest.memory.regions[1], of: guest.memory.file)
                let status = try await house.settled()
                #expect(status.held == 0 && status.released == 0)
                #expect(try lost(guest, high).isEmpty)
            }
        }
    }

    @Test("the daemon ends: what was acknowledged is discarded first")
    func daemonEnds() async throws {
        var guest: TestGuest?
        var before: UInt64 = 0
        try await House.with { house in
            let one = try TestGuest(house.socket())
            guest = one
            try one.load([.mustTellHost])
            before = try touch(one, pages)
            try inflate(one, pages)
        }
        #expect(try before - #require(guest).allocated == count * TestGuest.page)
    }

    @Test("a VMM that goes away leaves nothing behind that the next one would meet")
    func hangUp() async throws {
        try await House.with { house in
            for _ in 0..<10 {
                let guest = try TestGuest(house.socket())
                try guest.load([.mustTellHost])
                try guest.touch(pages)
                try inflate(guest, pages)
                let sequence = house.events.newest
                try guest.front.hangUp()
                try await house.event(.disconnected, after: sequence)
                let status = try await house.status()
                #expect(status.pending == 0 && status.held == 0 && status.released == 0)
                try guest.touch(pages)
                #expect(try lost(guest, pages).isEmpty)
            }
        }
    }

    @Test("more than may be pending is discarded by the guest's own thread, and all of it comes back")
    func beyondTheBound() async throws {
        try await House.with { house in
            let guest = try TestGuest(house.socket(), size: 256 << 20, low: 256 << 20)
            try guest.load([.mustTellHost])
            let many = 8192..<8192 + 40960 as Range<UInt32>
            try guest.touch(many)
            let before = try guest.allocated
            // One message of 160 MiB.
            let ring = try guest.ring(.inflate)
            let numbers = TestGuest.bytes(many)
            try guest.memory.pointer(to: 0x100_0000, count: numbers.count)
                .copyMemory(from: numbers, byteCount: numbers.count)
            let withNumbers = try guest.allocated
            try ring.describe(0, address: 0x100_0000, length: UInt32(numbers.count))
            try ring.offer(0)
            #expect(try ring.awaitHeads() == [0])
            let status = try await house.settled()
            #expect(status.held.bytes == UInt64(many.count) * TestGuest.page)
            #expect(status.released == status.held)
            #expect(try withNumbers - guest.allocated == status.held.bytes)
            #expect(before <= withNumbers)
        }
    }

    @Test("populate-on-deflate brings pages in again, but for those that were never gone")
    func populates() async throws {
        try await House.with(edit: { $0.populateOnDeflate = true }) { house in
            let guest = try TestGuest(house.socket())
            try guest.load([.mustTellHost])
            let before = try touch(guest, pages)
            try inflate(guest, pages)
            _ = try await house.settled()
            #expect(try before - guest.allocated == count * TestGuest.page)
            for start in stride(from: pages.lowerBound, to: pages.upperBound, by: 256) {
                try guest.deflate(start..<start + 256)
            }
            _ = try await house.status { $0.counters.populatedBytes.bytes == count * TestGuest.page }
            #expect(try guest.allocated == before)
        }
    }
}
