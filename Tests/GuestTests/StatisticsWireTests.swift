import ConformanceChecks
import Balloon
import ControlAPI
import Linux
import Service
import Testing
import VhostUser

/// The queue that runs backwards: requests, answers, silence.
struct StatisticsWireTests {
    private let some: [StatisticsTag: UInt64] = [
        .freeMemory: 10 << 20, .availableMemory: 20 << 20, .totalMemory: 64 << 20,
    ]

    /// A driver whose first buffer, which counts for nothing (spec L7), is there.
    private func load(_ house: House) throws -> TestGuest {
        let guest = try TestGuest(house.socket())
        try guest.load(before: { try guest.offerStatistics([.freeMemory: .max, .majorFaults: 77]) })
        return guest
    }

    @Test func roundTrip() async throws {
        try await House.with { house in
            let guest = try load(house)
            #expect(try await house.status().statistics.state == .waiting)
            async let refreshed = house.registry.refreshStatistics(of: "guest")
            #expect(try await guest.awaitStatisticsRequest())
            #expect(try guest.ring(.statistics).usedEntry(0).length == 0)
            try guest.offerStatistics(some)
            let statistics = try await refreshed.statistics
            #expect(statistics.state == .answering)
            #expect(
                statistics.values == ["free-memory": 10 << 20, "available-memory": 20 << 20, "total-memory": 64 << 20])
            let age = try #require(statistics.ageSeconds)
            #expect(age >= 0 && age < 2)
            // It does not grow younger by being looked at.
            #expect(try #require(await house.status().statistics.ageSeconds) > age)
        }
    }

    @Test func askedAgainAtEachInterval() async throws {
        try await House.with(edit: { $0.statisticsIntervalSeconds = 0.02 }) { house in
            let guest = try load(house)
            for _ in 0..<5 {
                #expect(try await guest.awaitStatisticsRequest())
                try guest.offerStatistics(some)
            }
            _ = try await house.registry.setStatisticsInterval(StatisticsRequest(intervalSeconds: 0), of: "guest")
            // At most one request was under way.
            #expect(try await !guest.awaitStatisticsRequest(2, within: 150_000_000))
        }
    }

    @Test func silenceIsSeenAndEnds() async throws {
        try await House.with { house in
            let guest = try load(house)
            async let first = house.registry.refreshStatistics(of: "guest")
            #expect(try await guest.awaitStatisticsRequest())
            try guest.offerStatistics(some)
            _ = try await first
            let silent = try await house.registry.refreshStatistics(of: "guest")
            #expect(silent.statistics.state == .notAnswering)
            #expect(silent.statistics.values["free-memory"] == 10 << 20)
            try await house.event(.statisticsLost)
            #expect(try await guest.awaitStatisticsRequest())
            try guest.offerStatistics(some)
            try await house.event(.statisticsBack)
            #expect(try await house.status().statistics.state == .answering)
        }
    }

    /// A driver gives two buffers against the rules: the older one is returned (spec D16).
    @Test func secondBuffer() async throws {
        try await House.with { house in
            let guest = try load(house)
            try guest.offerStatistics([.freeMemory: 5], head: 1)
            #expect(try guest.ring(.statistics).awaitHeads() == [0])
            #expect(try await house.status().statistics.values == ["free-memory": 5])
            async let refreshed = house.registry.refreshStatistics(of: "guest")
            #expect(try await guest.awaitStatisticsRequest())
            #expect(try guest.ring(.statistics).usedEntry(1).head == 1)
            try guest.offerStatistics([.freeMemory: 6])
            #expect(try await refreshed.statistics.values == ["free-memory": 6])
        }
    }

    /// The virtual machine is paused: the held buffer is taken again afterwards (facts 3 and 4), and what is in it is old.
    @Test func stopAndContinue() async throws {
        try await House.with { house in
            let guest = try load(house)
            async let first = house.registry.refreshStatistics(of: "guest")
            #expect(try await guest.awaitStatisticsRequest())
            try guest.offerStatistics(some)
            let before = try await first.statistics
            try guest.inflate((0..<100).map { 4096 + $0 })
            try guest.write(actual: 100)
            for round in 0..<3 as Range<UInt64> {
                let bases = try guest.stop()
                #expect(bases == [1, 0, UInt32(1 + round), 0])
                #expect(try await house.status().statistics.state == .unavailable)
                try guest.resume(bases)
                var status = try await house.status()
                #expect(status.held.bytes == 100 * TestGuest.page)
                #expect(status.reported.bytes == 100 * TestGuest.page)
                #expect(status.statistics.state == .answering)
                #expect(round > 0 || status.statistics.timestamp == before.timestamp)
                async let again = house.registry.refreshStatistics(of: "guest")
                #expect(try await guest.awaitStatisticsRequest())
                try guest.offerStatistics([.freeMemory: round])
                status = try await again
                #expect(status.statistics.values == ["free-memory": round])
            }
            #expect(house.count(.resumed) == 3)
            #expect(house.count(.driverReady) == 1)
        }
    }

    /// Paused while a request is out: the buffer is the driver's, and nothing is taken back.
    @Test func stopWithoutTheBuffer() async throws {
        try await House.with { house in
            let guest = try load(house)
            async let first = house.registry.refreshStatistics(of: "guest")
            #expect(try await guest.awaitStatisticsRequest())
            let bases = try guest.stop()
            #expect(bases == [0, 0, 1, 0])
            _ = try await first
            try guest.resume(bases)
            try guest.offerStatistics([.freeMemory: 3])
            async let again = house.registry.refreshStatistics(of: "guest")
            #expect(try await guest.awaitStatisticsRequest())
            try guest.offerStatistics([.freeMemory: 4])
            #expect(try await again.statistics.values == ["free-memory": 4])
        }
    }

    /// Between ENABLE 0 and GET_VRING_BASE a queue is not to be used.
    @Test func nothingIsReturnedOnADisabledQueue() async throws {
        try await House.with { house in
            let guest = try load(house)
            for queue in guest.started { try guest.front.enable(queue, false) }
            _ = try guest.front.ask(.getFeatures)
            _ = try? await house.registry.refreshStatistics(of: "guest")
            #expect(try guest.ring(.statistics).returned == 0)
            #expect(try guest.stop() == [0, 0, 0, 0])
        }
    }

    @Test(arguments: [0, 1, 9, 10, 11, 25, 4096, 65536])
    func buffersOfAnyLength(length: Int) async throws {
        try await House.with { house in
            let guest = try load(house)
            let ring = try guest.ring(.statistics)
            async let refreshed = house.registry.refreshStatistics(of: "guest")
            #expect(try await guest.awaitStatisticsRequest())
            // Tag 0x0404 is not known, tag 4 is.
            try ring.fill([UInt8](repeating: 4, count: length))
            if length >= 25 { try ring.fill([4, 0, 1, 0, 0, 0, 0, 0, 0, 0], at: 10) }
            try ring.describe(0, address: ring.buffer, length: UInt32(length))
            try ring.offer(0)
            let values = try await refreshed.statistics.values
            #expect(values == (length >= 25 ? ["free-memory": 1] : [:]))
        }
    }
}
