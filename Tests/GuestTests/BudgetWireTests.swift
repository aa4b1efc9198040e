import ControlAPI
import Foundation
import Linux
import Load
import Service
import Testing
import VhostUser

/// Guests that share a budget, through real sockets.
struct BudgetWireTests {
    private static let mebibyte: UInt64 = 1 << 20
    private static let names = ["a", "b", "c"]

    /// Three guests of 512 MiB on 1200 MiB; `b` works and sees 256 MiB, the others idle.
    private func withTenants(
        mode: BudgetMode = .on, reactors: Int? = nil, _ body: (House, Tenants) async throws -> Void
    ) async throws {
        let edit: (inout GuestConfiguration) -> Void = { guest in
            guest.max = 512 * Self.mebibyte
            guest.min = 64 * Self.mebibyte
            guest.statisticsInterval = 0.1
            guest.freePageReporting = false
            if guest.name == "b" { guest.target = TargetRequest(visible: 256 * Self.mebibyte) }
        }
        try await House.with(Self.names, reactors: reactors, budget: 1200 * Self.mebibyte, mode: mode, edit: edit) {
            house in
            // b first, so that it is never asked for what its operator takes anyway.
            let guests = ["b", "a", "c"].map { name in
                let available = (name == "b" ? 340 : 480) * Self.mebibyte
                return (name, house.socket(name), 512 * Self.mebibyte, TenantGuest.Memory(available: available))
            }
            let tenants = try await blocking { try Tenants(guests, balloon: 256 * Self.mebibyte) }
            do {
                try await body(house, tenants)
            } catch {
                let budget = await house.registry.budget()
                let story = house.events.history().suffix(40).map { "\($0.guest ?? "-") \($0.kind) \($0.message)" }
                Issue.record("\(error); \(tenants.trouble ?? ""); \(String(describing: budget)); \(story)")
            }
            try await blocking { tenants.stop() }
            #expect(tenants.trouble == nil)
        }
    }

    private func budget(_ house: House) async throws -> BudgetStatus { try #require(await house.registry.budget()) }

    /// Looks after each event until it is as it should be.
    private func until(
        _ what: String, _ house: House, within limit: Duration = .seconds(20),
        _ isSo: (BudgetStatus) async throws -> Bool
    ) async throws {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while true {
            let status = try await budget(house)
            if try await isSo(status) { return }
            try #require(clock.now < end, "not so in time: \(what): \(status)")
            // Statistics, which change numbers, are no events.
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func settled(_ house: House) async throws {
        try await until("settled", house) { budget in
            budget.free >= Int64(budget.slack) && budget.due == 0 && budget.wanted == 0
                && budget.guests.allSatisfy { $0.state == .settled }
        }
    }

    private func share(_ name: String, _ budget: BudgetStatus) throws -> GuestShareStatus {
        try #require(budget.guests.first { $0.name == name })
    }

    /// Lets `b` fill its balloon; its cap is lifted, so that it may be given more.
    private func prepare(_ house: House, _ tenants: Tenants) async throws {
        try await settled(house)
        #expect(try share("b", try await budget(house)).visible <= 256 * Self.mebibyte)
        _ = try await house.registry.setTarget(TargetRequest(visible: 512 * Self.mebibyte), of: "b")
    }

    @Test(arguments: [1, 2, 3])
    func anAlarmOfOneGuestIsPaidByOthers(reactors: Int) async throws {
        try await withTenants(reactors: reactors) { house, tenants in
            try await prepare(house, tenants)
            let before = try await budget(house)
            let last = house.events.newest
            try await tenants.tell("b") { try $0.take(TenantGuest.batch) }
            try await until("b sees what it needs", house) { try share("b", $0).visible == 512 * Self.mebibyte }
            let moves = house.events.history(after: last).compactMap(\.move)
            let paid = moves.filter { $0.gainer == "b" && $0.payer != nil && $0.rule == "alarm" }
            #expect(!paid.isEmpty && paid.allSatisfy { $0.payer != "b" && $0.isCarriedOut && $0.price != nil })
            #expect(moves.contains { $0.rule == "loan" && $0.gainer == "b" && $0.bytes == 1 << 20 })
            for name in ["a", "c"] where paid.contains(where: { $0.payer == name }) {
                let sawBefore = try share(name, before).visible
                try await until("\(name) has paid", house) { try share(name, $0).visible < sawBefore }
            }
            let after = try await budget(house)
            #expect(after.reaction.count >= 1)
            #expect(after.visible <= after.budget)
            for move in moves where move.payer == nil && move.rule != "loan" {
                #expect(move.free >= Int64(move.bytes), "granted what was not there: \(move)")
            }
        }
    }

    @Test func watchingChangesNothingAndRecords() async throws {
        try await withTenants(mode: .watch) { house, tenants in
            // b goes where its operator wants it; nobody else is asked for anything.
            try await until("b holds", house) { _ in try await house.status("b").held == 256 * Self.mebibyte }
            let last = house.events.newest
            try await tenants.tell("b") { try $0.take(TenantGuest.batch) }
            try await house.event(.alarm, of: "b")
            try await until("what would be done is recorded", house) { _ in
                house.events.history(after: last).contains { $0.move?.payer != nil }
            }
            for event in house.events.history() {
                guard let move = event.move, move.rule != "loan" else { continue }
                #expect(!move.isCarriedOut)
            }
            for name in ["a", "c"] {
                #expect(try await house.status(name).target == 0)
                #expect(try await tenants.tell(name) { $0.held } == 0)
            }
        }
    }

    @Test func aPauseLeavesEveryTargetAsItIs() async throws {
        try await withTenants { house, tenants in
            try await prepare(house, tenants)
            #expect(try await house.registry.setMode(.pause).mode == .pause)
            func targets() async throws -> [UInt64] {
                var targets: [UInt64] = []
                for name in Self.names { targets.append(try await house.status(name).target) }
                return targets
            }
            let before = try await targets()
            try await tenants.tell("b") { try $0.take(TenantGuest.batch) }
            let answers = try await tenants.tell("b") { $0.answers }
            try await until("b has said how it is", house) { _ in
                try await tenants.tell("b") { $0.answers } > answers + 2
            }
            #expect(try await targets() == before)
            #expect(house.count(.alarm, of: "b") == 0)
            #expect(try await house.registry.setMode(.on).mode == .on)
            #expect(try await budget(house).mode == .on)
        }
    }

    @Test func aPlanIsWhatThenHappens() async throws {
        try await withTenants { house, tenants in
            try await prepare(house, tenants)
            try await settled(house)
            let sees = try share("b", try await budget(house)).visible
            // What is available falls at once, below what is comfortable: it wants twice that, 128 MiB.
            let plan = try await house.registry.plan(("b", sees + 128 * Self.mebibyte))
            let planned = plan.steps.map(\.move).filter { $0.gainer == "b" && $0.payer != nil }
            let last = house.events.newest
            try await tenants.tell("b") { $0.memory = .init(available: (UInt64($0.held) << 12) + (50 << 20)) }
            func paid() -> [MemoryMove] {
                house.events.history(after: last).compactMap(\.move).filter { $0.gainer == "b" && $0.payer != nil }
            }
            try await until("others were asked", house) { _ in paid().count >= planned.count }
            print("planned:", plan.message, planned.map { "\($0.payer ?? "") \($0.bytes >> 20)" })
            #expect(planned.map(\.payer) == paid().prefix(planned.count).map(\.payer))
            #expect(planned.map(\.bytes) == paid().prefix(planned.count).map(\.bytes))
            #expect(!planned.isEmpty && plan.short == 0)
        }
    }

    @Test func plansThatCannotBeSayWhy() async throws {
        try await withTenants { house, tenants in
            try await prepare(house, tenants)
            let tooMuch = try await house.registry.plan(("b", 4 << 30))
            #expect(tooMuch.message.contains("could not see 4G"))
            #expect(tooMuch.short > 0)
            for name in ["a", "c"] {
                try await tenants.tell(name) { $0.memory = .init(available: 0) }
            }
            try await until("nobody can pay", house) { $0.guests.allSatisfy { $0.name == "b" || $0.spare == 0 } }
            let short = try await house.registry.plan(("b", 512 * Self.mebibyte))
            #expect(short.short > 0)
            #expect(short.refusals.map(\.guest).sorted() == ["a", "c"])
        }
    }

    @Test func guestsComeAndGo() async throws {
        try await withTenants { house, tenants in
            try await settled(house)
            let folder = URL(fileURLWithPath: house.socket("a")).deletingLastPathComponent().path
            var late = GuestConfiguration(name: "late", socket: folder + "/late")
            late.deflateOnOOM = true
            late.freePageReporting = true
            late.max = 2048 * Self.mebibyte
            late.min = 1100 * Self.mebibyte
            // 3 x 64 MiB are reserved already.
            await #expect {
                try await house.registry.add(late)
            } throws: {
                "\($0)"
                    == "guest late: a reservation of 1100 MiB does not fit: 192 MiB of the budget of 1200 MiB are reserved, which leaves 1008 MiB"
            }
            await #expect(throws: ControlError.self) { try await house.registry.status(of: "late") }
            late.min = 1000 * Self.mebibyte
            let accepted = try await house.registry.add(late)
            #expect(accepted.guest.name == "late")
            #expect(try await budget(house).reserved == 1192 * Self.mebibyte)
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

    /// What the VMM shares counts, not what was configured.
    @Test func sharedMemoryCounts() async throws {
        try await House.with(["a"], budget: 4 << 30, edit: { $0.max = 2 << 30 }) { house in
            let guest = try TestGuest(house.socket("a"))
            try await until("it is there", house) { try share("a", $0).visible == 2 << 30 }
            try guest.load()
            try await until("its memory counts", house) { try share("a", $0).max == 64 << 20 }
            try guest.front.hangUp()
            try await until("it is gone", house) { try share("a", $0).visible == 0 }
        }
    }

    /// An operator who says it again means it.
    @Test func aRepeatedRequestIsTriedAtOnce() async throws {
        try await House.with(edit: { $0.max = 512 << 20 }) { house in
            let tenants = try await blocking {
                try Tenants([("guest", house.socket(), 512 << 20, .init(available: 40 << 20))])
            }
            try await house.ask(balloon: 256 << 20)
            try await house.event(.stalled)
            try await tenants.tell("guest") { $0.memory = .init(available: 480 << 20) }
            try await house.ask(balloon: 256 << 20)
            // By itself it would be tried again after ten seconds.
            try await house.event(.targetReached, within: .seconds(8))
            #expect(try await house.status().held == 256 << 20)
            try await blocking { tenants.stop() }
        }
    }
}
