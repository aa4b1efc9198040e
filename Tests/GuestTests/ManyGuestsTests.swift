import Balloon
import ControlAPI
import Linux
import Service
import Testing

/// Guests on several reactors.
struct ManyGuestsTests {
    private static let names = (1...7).map { "g\($0)" }

    @Test func guestsOfAllReactorsAreServed() async throws {
        try await House.with(Self.names, reactors: 3) { house in
            let guests = try Self.names.map { try TestGuest(house.socket($0)) }
            for (number, guest) in guests.enumerated() {
                try guest.load([.mustTellHost])
                let first = 4200 + UInt32(number)
                try guest.inflate(first..<first + UInt32(number) + 1)
            }
            // In the order of the configuration, whatever reactor they live on.
            let statuses = await house.registry.statuses()
            #expect(statuses.map(\.name) == Self.names)
            #expect(statuses.map(\.held.bytes) == (1...7).map { $0 * TestGuest.page })
            for (number, guest) in guests.enumerated() {
                try await house.ask(Self.names[number], balloon: UInt64(number + 1) << 20)
                #expect(try guest.awaitChange())
                #expect(try guest.configuration().numPages == UInt32(number + 1) << 8)
            }
            for name in Self.names { #expect(house.count(.driverReady, of: name) == 1) }
            await #expect(throws: ControlError.self) { _ = try await house.status("g8") }
        }
    }

    /// Deadlines of guests on one reactor do not wait for one another.
    @Test func statisticsOfEachGuestAreAskedFor() async throws {
        try await House.with(Self.names, reactors: 2, edit: { $0.statisticsIntervalSeconds = 0.1 }) { house in
            let guests = try Self.names.map { try TestGuest(house.socket($0)) }
            for guest in guests {
                try guest.load()
                try guest.offerStatistics([.freeMemory: 1 << 20])
            }
            for guest in guests {
                #expect(try await guest.awaitStatisticsRequest())
                try guest.offerStatistics([.freeMemory: 2 << 20])
                #expect(try await guest.awaitStatisticsRequest())
            }
        }
    }

    /// None is left behind if one cannot be had, on whichever reactor.
    @Test func aTakenSocketLeavesNoOther() async throws {
        try await House.with(["taken"]) { house in
            let paths = (0..<4).map { $0 == 3 ? house.socket("taken") : house.socket("new\($0)") }
            let configurations = paths.enumerated().map { GuestConfiguration(name: "n\($0)", socket: $1) }
            await #expect(throws: UnixSocketError.self) {
                _ = try await GuestRegistry(configurations, events: EventLog(), reactors: 2)
            }
            let left = try paths.map { try UnixSocketPath($0).occupant() }
            #expect(left == [.nothing, .nothing, .nothing, .listener])
        }
    }
}
