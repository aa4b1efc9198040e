import Balloon
import ConformanceChecks
import ControlAPI
import Linux
import Service
import Testing

/// Statistics that cannot be right do not count, with and without a budget.
struct RubbishWireTests {
    private static let noSwap = UInt64(bitPattern: -4096)

    private func load(_ house: House) throws -> TestGuest {
        let guest = try TestGuest(house.socket())
        try guest.load(before: { try guest.offerStatistics([.freeMemory: .max]) })
        return guest
    }

    private func tell(_ values: [StatisticsTag: UInt64], _ guest: TestGuest, _ house: House) async throws -> GuestStatus
    {
        async let refreshed = house.registry.refreshStatistics(of: "guest")
        #expect(try await guest.awaitStatisticsRequest())
        try guest.offerStatistics(values)
        return try await refreshed
    }

    private func rubbish(_ status: GuestStatus) -> [String] {
        status.problems.filter { $0.contains("the guest's statistic") }
    }

    /// Windows, as it is: 64 MiB with little free, a balloon, and swap that flaps between nothing and -4096.
    @Test(arguments: [nil, 64 << 20] as [UInt64?])
    func windows(budget: UInt64?) async throws {
        try await House.with(
            budget: budget,
            edit: {
                $0.max = ByteSize(64 << 20)
                $0.statisticsIntervalSeconds = 3600
            }
        ) { house in
            let guest = try load(house)
            try guest.inflate(4096..<4352)
            try guest.write(actual: 256)
            for round in 0..<8 {
                let isRubbish = round % 2 == 1
                let status = try await tell(
                    [
                        .swapIn: isRubbish ? Self.noSwap : 0, .swapOut: isRubbish ? Self.noSwap : 0,
                        .majorFaults: isRubbish ? 0xffff_ffff_8000_0000 : 0, .freeMemory: 24 << 20,
                        .totalMemory: 64 << 20,
                    ], guest, house)
                #expect(status.statistics.values["swap-in"] == (isRubbish ? nil : 0))
                #expect(status.statistics.values["free-memory"] == 24 << 20)
                #expect(status.counters.droppedStatistics == 3 * UInt64((round + 1) / 2))
                #expect(rubbish(status).count == (round > 0 ? 3 : 0))
                #expect(status.counters.alarms == 0)
                let metrics = Metrics.render(statuses: [status], events: [])
                #expect(!metrics.contains("18446744"))
                #expect(metrics.contains("\naerostat_guest_statistics_dropped_total{guest=\"guest\"} "))
            }
            let status = try await house.status()
            #expect(status.problems.contains { $0.contains("swap-in") && $0.contains("18446744073709547520 bytes") })
            #expect(house.count(.alarm) == 0)

            // Another driver has nothing to do with that.
            try guest.stop()
            #expect(rubbish(try await house.status()).count == 3, "it may only be paused")
            try guest.load(before: { try guest.offerStatistics([.freeMemory: .max]) })
            #expect(rubbish(try await house.status()).isEmpty)
            #expect(try await house.status().counters.droppedStatistics == 12)
        }
    }

    @Test func moreThanItsMemory() async throws {
        try await House.with { house in
            let guest = try load(house)
            let status = try await tell(
                [.freeMemory: 1 << 40, .availableMemory: 30 << 20, .totalMemory: 1 << 60], guest, house)
            #expect(status.statistics.values == ["available-memory": 30 << 20])
            #expect(rubbish(status).count == 2)
        }
    }
}
