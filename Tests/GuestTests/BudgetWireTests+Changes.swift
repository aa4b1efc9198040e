import ControlAPI
import Foundation
import Load
import Service
import Testing
import VhostUser

/// What changes while guests share a budget: guests, their memory, and the budget itself.
extension BudgetWireTests {
    @Test func guestsComeAndGo() async throws {
        try await withTenants { house, tenants in
            try await settled(house)
            let folder = URL(fileURLWithPath: house.socket("a")).deletingLastPathComponent().path
            var late = GuestConfiguration(name: "late", socket: folder + "/late")
            late.deflateOnOOM = true
            late.freePageReporting = true
            late.max = ByteSize(2048 * Self.mebibyte)
            late.min = ByteSize(1100 * Self.mebibyte)
            // 3 x 64 MiB are reserved already.
            await #expect {
                try await house.registry.add(late)
            } throws: {
                "\($0)"
                    == "guest late: a reservation of 1100 MiB does not fit: 192 MiB of the budget of 1200 MiB are reserved, which leaves 1008 MiB"
            }
            await #expect(throws: ControlError.self) { try await house.registry.status(of: "late") }
            late.min = ByteSize(1000 * Self.mebibyte)
            let accepted = try await house.registry.add(late)
            #expect(accepted.guest.name == "late")
            #expect(try await budget(house).reserved.bytes == 1192 * Self.mebibyte)
            await #expect(throws: ControlError.self) { try await house.registry.add(late) }
            #expect(FileManager.default.fileExists(atPath: late.socket))
            await #expect {
                try await house.registry.remove("a")
            } throws: { "\($0)".contains("its VMM is connected") }
            _ = try await house.registry.remove("late")
            #expect(!FileManager.default.fileExists(atPath: late.socket))
            #expect(try await budget(house).guests.map(\.name) == Self.names)
            // The place is taken again.
            late.min = 0
            _ = try await house.registry.add(late)
            let guest = try TestGuest(late.socket)
            try guest.load()
            try await house.event(.driverReady, of: "late")
            try guest.front.hangUp()
            try await house.event(.disconnected, of: "late")
            _ = try await house.registry.remove("late")
            #expect(await house.registry.statuses().map(\.name) == Self.names)
        }
    }

    @Test func theBudgetIsChangedAtRunTime() async throws {
        try await withTenants { house, tenants in
            try await prepare(house, tenants)
            let start = house.events.newest
            await #expect {
                try await house.registry.setBudget(.size(ByteSize(100 * Self.mebibyte)))
            } throws: {
                "\($0)"
                    == "budget: reservations of 192M (a 64M + b 64M + c 64M) do not fit into 100M: 92M too much"
            }
            await #expect(throws: ControlError.self) { try await house.registry.setBudget(.size(ByteSize(1 << 50))) }
            #expect(try await budget(house).budget.bytes == 1200 * Self.mebibyte)
            // Smaller: what guests see beyond it is collected, and nobody is granted anything before.
            let smaller = try await house.registry.setBudget(.size(ByteSize(900 * Self.mebibyte)))
            #expect(smaller.budget.bytes == 900 * Self.mebibyte)
            try await house.event(.budget, of: nil, after: start)
            try await house.event(.overdraftOver, of: nil, after: start, within: .seconds(20))
            #expect(try await budget(house).promised.bytes <= 900 * Self.mebibyte)
            // Larger: it is given to who needs it.
            let last = house.events.newest
            let grown = try await house.registry.setBudget(.size(ByteSize(1536 * Self.mebibyte)))
            #expect(grown.budget.bytes == 1536 * Self.mebibyte && grown.promised.bytes <= 900 * Self.mebibyte)
            let promised = try share("b", grown).promised.bytes
            try await tenants.tell("b") { try $0.take(TenantGuest.batch) }
            try await until("b is given more", house) {
                try share("b", $0).promised.bytes > promised + 64 * Self.mebibyte
            }
            try await house.event(.moved, of: "b", after: last)
            try await house.story("payers of the overdraft are named", after: start) {
                $0.last?.move?.rule == "overdraft"
            }
            let moves = house.events.history(after: start).compactMap(\.move)
            for move in moves where move.gainer != nil && move.bytes.bytes > 0 {
                #expect(move.free >= Int64(move.bytes.bytes), "granted what was not there: \(move)")
            }
            #expect(moves.contains { $0.payer != nil && $0.rule == "overdraft" })
            // Told when all who are to pay have been told.
            try await house.event(.alarm, of: "b", after: last)
        }
    }

    /// What the VMM shares counts, not what was configured.
    @Test func sharedMemoryCounts() async throws {
        try await House.with(["a"], budget: 4 << 30, edit: { $0.max = ByteSize(2 << 30) }) { house in
            let guest = try TestGuest(house.socket("a"))
            try await house.event(.connected, of: "a")
            #expect(try share("a", try await budget(house)).promised.bytes == 2 << 30)
            try guest.load()
            try await house.event(.driverReady, of: "a")
            #expect(try share("a", try await budget(house)).max.bytes == 64 << 20)
            try guest.front.hangUp()
            try await house.event(.disconnected, of: "a")
            #expect(try share("a", try await budget(house)).promised == 0)
        }
    }
}
