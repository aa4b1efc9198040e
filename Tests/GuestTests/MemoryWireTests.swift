import Balloon
import ControlAPI
import Foundation
import Load
import Service
import Testing
import VhostUser

/// Guests that have less memory than their VMMs share.
struct MemoryWireTests {
    private static let mebibyte: UInt64 = 1 << 20

    /// A guest of 1 GiB whose kernel was told to use 512 MiB, and says 450.
    private func withSmallGuest(
        edit: @escaping (inout GuestConfiguration) -> Void = { _ in },
        _ body: (House, Tenants) async throws -> Void
    ) async throws {
        try await House.with(edit: edit) { house in
            let tenants = try await blocking {
                try Tenants(
                    [("guest", house.socket(), 1 << 30, .init(available: 400 << 20))], total: 450 << 20)
            }
            try await body(house, tenants)
            try await blocking { tenants.stop() }
            #expect(tenants.trouble == nil)
        }
    }

    @Test func aRequestIsHeldAgainstWhatTheGuestHas() async throws {
        try await withSmallGuest { house, _ in
            _ = try await house.registry.set(SizeRequest(sees: ByteSize(300 * Self.mebibyte)), of: "guest")
            try await house.event(.targetReached)
            let status = try await house.status()
            #expect(status.held.bytes == 150 * Self.mebibyte && status.sees?.bytes == 300 * Self.mebibyte)
            #expect(status.max?.bytes == 450 * Self.mebibyte && status.shared?.bytes == 1 << 30)
            let problem = "the guest says that it has 450M of the 1G that its VMM shares: that is what counts"
            #expect(status.problems == [problem])
            #expect(house.events.history().count { $0.message == problem } == 1)
        }
    }

    @Test("a guest that has less than it is to see has an empty balloon")
    func tooLittle() async throws {
        try await withSmallGuest { house, _ in
            _ = try await house.registry.refreshStatistics(of: "guest")
            #expect(try await house.status().max?.bytes == 450 * Self.mebibyte)
            let accepted = try await house.registry.set(SizeRequest(sees: ByteSize(600 * Self.mebibyte)), of: "guest")
            #expect(accepted.message.contains("it says that it has 450M, so nothing goes into its balloon"))
            _ = try await house.registry.refreshStatistics(of: "guest")
            let status = try await house.status()
            #expect(status.held.bytes == 0 && status.target.bytes == 0 && status.state == .settled)
            await #expect(throws: ControlError.self) {
                _ = try await house.registry.set(SizeRequest(sees: ByteSize(2 << 30)), of: "guest")
            }
            await #expect(throws: ControlError.self) {
                _ = try await house.registry.set(SizeRequest(balloon: ByteSize(600 << 20)), of: "guest")
            }
        }
    }

    @Test("a request that stood before the driver waits for what the guest says", arguments: [300, 600] as [UInt64])
    func standing(sees: UInt64) async throws {
        let edit: (inout GuestConfiguration) -> Void = {
            $0.requested = SizeRequest(sees: ByteSize(sees * Self.mebibyte))
        }
        try await withSmallGuest(edit: edit) { house, _ in
            let balloon = sees < 450 ? (450 - sees) * Self.mebibyte : 0
            let status = try await house.status {
                $0.state == .settled && $0.max?.bytes == 450 * Self.mebibyte && $0.held.bytes == balloon
            }
            #expect(status.problems.count == 1)
            let targets = house.events.history().filter { $0.kind == .target }
            #expect(targets.allSatisfy { $0.numbers["target", default: 0] <= balloon }, "\(targets.map(\.message))")
        }
    }

    @Test("nothing goes into the balloon because memory came")
    func growth() async throws {
        try await withSmallGuest { house, tenants in
            _ = try await house.registry.set(SizeRequest(sees: ByteSize(300 * Self.mebibyte)), of: "guest")
            try await house.event(.targetReached)
            try await tenants.tell("guest") { $0.total = 1000 << 20 }
            for _ in 0..<3 { _ = try await house.registry.refreshStatistics(of: "guest") }
            let status = try await house.status()
            #expect(status.max?.bytes == 1 << 30 && status.shared == nil && status.problems.isEmpty)
            #expect(status.held.bytes == 150 * Self.mebibyte && status.target.bytes == 150 * Self.mebibyte)
            try await house.event(.memory)
            // And where it goes again, less is asked for. Of 1 GiB its kernel kept 24 MiB, which still are its own.
            try await tenants.tell("guest") { $0.total = 350 << 20 }
            _ = try await house.registry.refreshStatistics(of: "guest")
            let smaller = try await house.status { $0.held.bytes == 74 * Self.mebibyte && $0.state == .settled }
            #expect(smaller.sees?.bytes == 300 * Self.mebibyte)
        }
    }
}
