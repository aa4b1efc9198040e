import Balloon
import ConformanceChecks
import ControlAPI
import Linux
import Service
import Testing
import VfioUser
import VhostUser

/// What is shown of a driver's statistics ends with that driver.
struct StatisticsLifeTests {
    private let some: [StatisticsTag: UInt64] = [.freeMemory: 10 << 20, .totalMemory: 64 << 20]

    /// A driver that holds pages and has sent a set.
    private func load(_ house: House) async throws -> TestGuest {
        let guest = try TestGuest(house.socket())
        try await load(guest, house)
        return guest
    }

    private func load(_ guest: TestGuest, _ house: House) async throws {
        try guest.load(before: { try guest.offerStatistics([.freeMemory: .max]) })
        try guest.inflate([4096, 4097])
        try guest.write(actual: 2)
        async let refreshed = house.registry.refreshStatistics(of: "guest")
        #expect(try await guest.awaitStatisticsRequest())
        try guest.offerStatistics(some)
        let statistics = try await refreshed.statistics
        #expect(statistics.state == .answering && statistics.timestamp != nil)
        #expect(statistics.heldThen == ByteSize(2 * TestGuest.page))
    }

    /// Nothing that a driver sent is left.
    private func expectNothing(
        _ house: House, _ state: StatisticsStatus.State, _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let shown = try await house.status().statistics
        #expect(
            shown
                == StatisticsStatus(
                    state: state, intervalSeconds: shown.intervalSeconds, ageSeconds: nil, timestamp: nil, values: [:]),
            sourceLocation: location)
    }

    @Test func rebootOnOneConnection() async throws {
        try await House.with { house in
            let guest = try await load(house)
            try guest.stop()
            try guest.load()
            try await expectNothing(house, .waiting)
            #expect(house.count(.driverReady) == 2)
        }
    }

    /// Unloaded, and loaded again without statistics, then with them.
    @Test func unloadAndReload() async throws {
        try await House.with { house in
            let guest = try await load(house)
            try guest.deflate([4096, 4097])
            try guest.write(actual: 0)
            try guest.stop()
            try await expectNothing(house, .unavailable)
            #expect(try await house.status().used == nil)
            let metrics = Metrics.render(statuses: [try await house.status()], events: [])
            #expect(!metrics.contains("aerostat_guest_statistics_free"))
            #expect(!metrics.contains("aerostat_guest_statistics_age"))
            try guest.load([.mustTellHost])
            try await expectNothing(house, .unavailable)
            try guest.stop()
            try await load(guest, house)
        }
    }

    @Test func resetOfTheOwner() async throws {
        try await House.with { house in
            let guest = try await load(house)
            try guest.front.tell(.resetOwner, isAwaited: true)
            try await expectNothing(house, .unavailable)
        }
    }

    @Test func anotherMachine() async throws {
        try await House.with { house in
            try await load(house).front.hangUp()
            try await house.event(.disconnected)
            try await expectNothing(house, .unavailable)
        }
    }

    /// A driver stops while a request is out: whoever waits is answered, and nobody is said to be silent later.
    @Test(arguments: [true, false])
    func stopsWhileStatisticsAreOut(isReset: Bool) async throws {
        try await House.with { house in
            let guest = try await load(house)
            async let refreshed = house.registry.refreshStatistics(of: "guest")
            #expect(try await guest.awaitStatisticsRequest())
            let bases = try guest.stop()
            #expect(try await refreshed.statistics.state == .unavailable)
            try await expectNothing(house, .unavailable)
            if isReset {
                try guest.load(before: { try guest.offerStatistics([.freeMemory: .max]) })
                try await expectNothing(house, .waiting)
            } else {
                try guest.resume(bases)
                let kept = try await house.status().statistics
                #expect(kept.state == .answering && kept.values["free-memory"] == 10 << 20)
                #expect(kept.heldThen == ByteSize(2 * TestGuest.page))
            }
            #expect(try await !guest.awaitStatisticsRequest(2, within: 100_000_000))
            #expect(house.count(.statisticsLost) == 0)
        }
    }

    /// Over vfio-user a reset is told: what was sent is gone at once, and does not come back with the next driver.
    @Test(arguments: [true, false])
    func resetOverVfioUser(byRegister: Bool) async throws {
        try await House.with(edit: { $0.door = .vfioUser }) { house in
            let guest = try VfioGuest(house.socket())
            try guest.load()
            try guest.inflate([4096])
            try guest.write(actual: 1)
            let ring = try guest.ring(.statistics)
            try ring.offerStatistics([.freeMemory: .max])
            async let refreshed = house.registry.refreshStatistics(of: "guest")
            #expect(try await blocking { try ring.awaitUsed().count == 1 })
            try ring.offerStatistics(some)
            #expect(try await refreshed.statistics.heldThen == ByteSize(TestGuest.page))
            if byRegister { try guest.setStatus(0) } else { try guest.front.ask(.reset) }
            try await expectNothing(house, .unavailable)
            try guest.load()
            try await expectNothing(house, .waiting)
        }
    }
}
