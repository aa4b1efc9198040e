import Balloon
import ControlAPI
import Foundation
import Load
import Service
import Testing
import VhostUser

/// Guests under a budget that no driver runs in.
extension BudgetWireTests {
    @Test("a machine at a boot prompt keeps nothing from a guest in an alarm")
    func driverless() async throws {
        let edit: (inout GuestConfiguration) -> Void = { guest in
            guest.max = ByteSize((guest.name == "boot" ? 1024 : 512) * Self.mebibyte)
            guest.statisticsIntervalSeconds = 0.1
            if guest.name == "a" { guest.requested = SizeRequest(sees: ByteSize(256 * Self.mebibyte)) }
        }
        try await House.with(["a", "boot"], budget: 1300 * Self.mebibyte, edit: edit) { house in
            let tenants = try await blocking {
                try Tenants([("a", house.socket("a"), 512 << 20, .init(available: 480 << 20))], balloon: 256 << 20)
            }
            // A driver ran there, and was reset.
            let boot = try TestGuest(house.socket("boot"), size: 1 << 30)
            try boot.load()
            try boot.stop()
            try await house.event(.driverGone, of: "boot")
            #expect(try share("boot", try await budget(house)).promised.bytes == 1 << 30)
            _ = try await house.registry.set(SizeRequest(sees: ByteSize(512 << 20)), of: "a")
            let before = house.events.newest
            try await tenants.tell("a") {
                $0.memory = .init(available: 300 << 20)
                try $0.take(TenantGuest.batch)
            }
            try await until("a sees all of its memory", house) {
                try share("a", $0).promised.bytes == 512 * Self.mebibyte
            }
            let said = try await house.event(.countsSpent, of: "boot", after: before)
            #expect(said.message.hasPrefix("no driver runs: counts with ") && said.message.contains(" of 1G; "))
            let status = try await budget(house)
            let kept = try share("boot", status)
            #expect(kept.spent != nil && kept.promised.bytes < 300 * Self.mebibyte && kept.reason == said.message)
            #expect(status.free > 0 && status.shortage == nil)
            // Its driver comes back, and says how the guest is.
            try boot.load()
            try boot.offerStatistics([.availableMemory: 900 << 20, .totalMemory: 1 << 30, .freeMemory: 900 << 20])
            _ = try await boot.awaitStatisticsRequest()
            try boot.offerStatistics([.availableMemory: 900 << 20, .totalMemory: 1 << 30, .freeMemory: 900 << 20])
            try await house.event(.countsWhole, of: "boot")
            #expect(try share("boot", try await budget(house)).spent == nil)
            try await blocking { tenants.stop() }
            #expect(tenants.trouble == nil)
        }
    }
}
