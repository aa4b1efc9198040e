import ControlAPI
import Foundation
import Linux
import Load
import Service
import Testing
import VhostUser

/// Guests that share a budget, through real sockets.
struct BudgetWireTests {
    static let mebibyte: UInt64 = 1 << 20
    static let names = ["a", "b", "c"]

    /// Three guests of 512 MiB on 1200 MiB; `b` works and sees 256 MiB, the others idle.
    func withTenants(
        mode: BudgetMode = .on, reactors: Int? = nil, _ body: (House, Tenants) async throws -> Void
    ) async throws {
        let edit: (inout GuestConfiguration) -> Void = { guest in
            guest.max = ByteSize(512 * Self.mebibyte)
            guest.min = ByteSize(64 * Self.mebibyte)
            guest.statisticsIntervalSeconds = 0.1
            guest.freePageReporting = false
            if guest.name == "b" { guest.requested = SizeRequest(sees: ByteSize(256 * Self.mebibyte)) }
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

    func budget(_ house: House) async throws -> BudgetStatus { try #require(await house.registry.budget()) }

    /// Looks after each event until it is as it should be.
    func until(
        _ what: String, _ house: House, within limit: Duration = .seconds(20),
        _ isSo: (BudgetStatus) async throws -> Bool
    ) async throws {
        let clock = ContinuousClock()
        let end = clock.now + limit
        while true {
            let status = try await budget(house)
            if try await isSo(status) { return }
            try #require(clock.now < end, "not so in time: \(what): \(status)")
            // Statistics, which change numbers, are not events.
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    func settled(_ house: House) async throws {
        try await until("settled", house) { budget in
            budget.free >= Int64(budget.slack.bytes) && budget.due == 0 && budget.wanted == 0
                && budget.guests.allSatisfy { $0.state == .settled }
        }
    }

    func share(_ name: String, _ budget: BudgetStatus) throws -> GuestShareStatus {
        try #require(budget.guests.first { $0.name == name })
    }

    /// Lets `b` fill its balloon; its cap is lifted, so that it may be given more.
    func prepare(_ house: House, _ tenants: Tenants) async throws {
        try await settled(house)
        #expect(try share("b", try await budget(house)).promised.bytes <= 256 * Self.mebibyte)
        _ = try await house.registry.set(SizeRequest(sees: ByteSize(512 * Self.mebibyte)), of: "b")
    }

    @Test(arguments: [1, 2, 3])
    func anAlarmOfOneGuestIsPaidByOthers(reactors: Int) async throws {
        try await withTenants(reactors: reactors) { house, tenants in
            try await prepare(house, tenants)
            let before = try await budget(house)
            let last = house.events.newest
            try await tenants.tell("b") { try $0.take(TenantGuest.batch) }
            try await until("b sees what it needs", house) { try share("b", $0).promised.bytes == 512 * Self.mebibyte }
            let beginning = try await house.event(.moving, of: "b", after: last)
            #expect(beginning.message.hasPrefix("b runs out of memory: it took 1M back; it is given "), "\(beginning)")
            let account = try await house.event(.moved, of: "b", after: last)
            let move = try #require(account.move)
            let story = try #require(move.story)
            #expect(move.gainer == "b" && move.rule == "alarm" && move.isCarriedOut && story.isOver)
            #expect(story.taken.bytes == 1 << 20)
            #expect(!story.payers.isEmpty && story.payers.allSatisfy { $0.guest != "b" && $0.price != nil })
            let message = account.message
            #expect(story.payers.allSatisfy { message.contains(" of \($0.guest) (price ") }, "\(message)")
            print(beginning.message, "|", account.message)
            // One burst is a handful of events.
            let events = house.events.history(after: last).filter { $0.guest == "b" }
            #expect(events.count <= 10, "\(events.map(\.message))")
            let explained = Explanations.decisions(about: "b", in: house.events.history())
            #expect(explained.contains { $0.event.sequence == account.sequence })
            #expect(!explained.contains { $0.event.sequence == beginning.sequence })
            for payer in story.payers {
                let about = Explanations.decisions(about: payer.guest, in: house.events.history())
                #expect(about.contains { $0.event.sequence == account.sequence })
            }
            for name in ["a", "c"] where story.payers.contains(where: { $0.guest == name }) {
                let sawBefore = try share(name, before).promised
                try await until("\(name) has paid", house) { try share(name, $0).promised < sawBefore }
            }
            let after = try await budget(house)
            #expect(after.reaction.count >= 1)
            #expect(after.promised <= after.budget)
            #expect(move.free >= Int64(move.bytes.bytes), "granted what was not there: \(move)")
        }
    }

    @Test func watchingChangesNothingAndRecords() async throws {
        try await withTenants(mode: .watch) { house, tenants in
            // b goes where its operator wants it; nobody else is asked for anything.
            try await house.event(.targetReached, of: "b")
            let last = house.events.newest
            try await tenants.tell("b") { try $0.take(TenantGuest.batch) }
            try await house.event(.alarm, of: "b")
            try await house.story("what would be done", after: last) { $0.last?.move?.payer != nil }
            for event in house.events.history() {
                guard let move = event.move, move.rule != "loan" else { continue }
                #expect(!move.isCarriedOut && event.message.contains("would have been asked for"))
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
            func targets() async throws -> [ByteSize] {
                var targets: [ByteSize] = []
                for name in Self.names { targets.append(try await house.status(name).target) }
                return targets
            }
            let before = try await targets()
            try await tenants.tell("b") { try $0.take(TenantGuest.batch) }
            for _ in 0..<3 { _ = try await house.registry.refreshStatistics(of: "b") }
            #expect(try await targets() == before)
            #expect(house.count(.alarm, of: "b") == 0)
            func answer(_ size: UInt64) async throws -> String {
                try await house.registry.set(SizeRequest(sees: ByteSize(size * Self.mebibyte)), of: "b").message
            }
            let below = "how much it sees below that is for the budget to decide"
            #expect(
                try await answer(400)
                    == "b: the guest is to see 400M at most; \(below); not now: the mode is pause: every target stays as it is, and the request is kept"
            )
            await #expect(throws: ControlError.self) { try await house.registry.reclaim("b") }
            #expect(try await house.registry.setMode(.watch).mode == .watch)
            #expect(try await answer(400).hasPrefix("b: the guest is to see 400M"))
            #expect(try await !answer(400).contains("at most"))
            #expect(try await house.registry.setMode(.on).mode == .on)
            #expect(try await answer(500).hasPrefix("b: the guest is to see 500M at most; \(below)"))
            #expect(try await answer(512).hasPrefix("b: no cap: the budget decides how much the guest sees"))
            #expect(try await budget(house).mode == .on)
        }
    }

    @Test func aPlanIsWhatThenHappens() async throws {
        try await withTenants { house, tenants in
            try await prepare(house, tenants)
            try await settled(house)
            let promised = try share("b", try await budget(house)).promised.bytes
            // What is available falls at once, below what is comfortable: it wants twice that, 128 MiB.
            let plan = try await house.registry.plan(("b", ByteSize(promised + 128 * Self.mebibyte)))
            var planned: [String: UInt64] = [:]
            for move in plan.steps.map(\.move) where move.gainer == "b" {
                if let payer = move.payer { planned[payer, default: 0] += move.bytes.bytes }
            }
            let last = house.events.newest
            try await tenants.tell("b") { $0.memory = .init(available: (UInt64($0.held) << 12) + (50 << 20)) }
            let account = try await house.event(.moved, of: "b", after: last, within: .seconds(20))
            print("planned:", plan.message, "|", account.message)
            let paid = account.move?.story?.payers.map { ($0.guest, $0.bytes.bytes) } ?? []
            #expect(planned == Dictionary(paid, uniquingKeysWith: +))
            #expect(!planned.isEmpty && plan.short == 0)
        }
    }

    @Test func plansThatCannotBeSayWhy() async throws {
        try await withTenants { house, tenants in
            try await prepare(house, tenants)
            let tooMuch = try await house.registry.plan(("b", ByteSize(4 << 30)))
            #expect(tooMuch.message.contains("could not see 4G"))
            #expect(tooMuch.short > 0)
            for name in ["a", "c"] {
                try await tenants.tell(name) { $0.memory = .init(available: 0) }
            }
            try await until("nobody can pay", house) { $0.guests.allSatisfy { $0.name == "b" || $0.spare == 0 } }
            let short = try await house.registry.plan(("b", ByteSize(512 * Self.mebibyte)))
            #expect(short.short > 0)
            #expect(short.refusals.map(\.guest).sorted() == ["a", "c"])
        }
    }

    /// A guest that starves takes 1 MiB after another, and nobody can pay: it is one story.
    @Test func aStarvingGuestIsNoFloodOfEvents() async throws {
        try await withTenants { house, tenants in
            try await prepare(house, tenants)
            // Each has enough, and nothing to spare; and what they see is all that there is.
            for name in Self.names {
                try await tenants.tell(name) {
                    $0.memory = .init(available: (UInt64($0.held) << 12) + 90 * Self.mebibyte)
                }
            }
            try await until("nobody can pay", house) { $0.due == 0 && $0.guests.allSatisfy { $0.spare == 0 } }
            let promised = try await budget(house).promised
            _ = try await house.registry.setBudget(.size(promised))
            let start = house.events.newest
            let batches = 40
            for _ in 0..<batches { try await tenants.tell("b") { try $0.take(TenantGuest.batch) } }
            let bytes = UInt64(batches) * Self.mebibyte
            let story = try await house.story("all that it took is told of", after: start, within: .seconds(20)) {
                story in
                let targets = story.filter { $0.kind == .target && $0.guest == "b" }
                let accounts = story.filter { $0.kind == .moved && $0.guest == "b" }
                return targets.reduce(0) { $0 + ($1.numbers["unsolicited"] ?? 0) } == bytes
                    && accounts.reduce(0) { $0 + ($1.move?.story?.taken.bytes ?? 0) } == bytes
            }
            func events(_ kind: Event.Kind) -> [Event] { story.filter { $0.kind == kind && $0.guest == "b" } }
            #expect(events(.alarm).count == 1)
            #expect(events(.target).count <= 4, "\(events(.target).map(\.message))")
            #expect(events(.moving).count == 1 && events(.moved).count == 1)
            print("\(batches) MiB taken back unasked:", story.filter { $0.guest == "b" }.map(\.message))
        }
    }

    /// An operator who says it again means it.
    @Test func aRepeatedRequestIsTriedAtOnce() async throws {
        try await House.with(edit: { $0.max = ByteSize(512 << 20) }) { house in
            let tenants = try await blocking {
                try Tenants([("guest", house.socket(), 512 << 20, .init(available: 40 << 20))])
            }
            try await house.ask(balloon: 256 << 20)
            try await house.event(.stalled)
            try await tenants.tell("guest") { $0.memory = .init(available: 480 << 20) }
            try await house.ask(balloon: 256 << 20)
            // By itself it would be tried again after ten seconds.
            try await house.event(.targetReached, within: .seconds(8))
            #expect(try await house.status().held.bytes == 256 << 20)
            try await blocking { tenants.stop() }
        }
    }
}
