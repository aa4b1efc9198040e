import ControlAPI
import Foundation
import Load
import Service
import Testing
import TestSupport

/// Guests that do as they like, against the real daemon's code: the ledger is never overdrawn by a decision.
struct BudgetRandomTests {
    @Test(arguments: SeededGenerator.seeds(2))
    func theLedgerIsNeverOverdrawnByADecision(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let reactors = random.number(1...3)
        let names = ["a", "b", "c", "d"]
        let edit: (inout GuestConfiguration) -> Void = {
            $0.max = ByteSize(512 << 20)
            $0.min = ByteSize(64 << 20)
            $0.statisticsIntervalSeconds = 0.1
        }
        let steps = 120
        try await House.with(names, reactors: reactors, budget: 1300 << 20, edit: edit) { house in
            let guests = names.map {
                ($0, house.socket($0), 512 << 20 as UInt64, TenantGuest.Memory(available: 400 << 20))
            }
            let tenants = try await blocking { try Tenants(guests) }
            var seen: UInt64 = 0
            for _ in 0..<steps {
                let name = names[Int.random(in: 0..<names.count, using: &random)]
                let megabytes = UInt64.random(in: 0...480, using: &random)
                let pages = UInt32.random(in: 1...2048, using: &random)
                switch Int.random(in: 0..<10, using: &random) {
                case 0...3: try await tenants.tell(name) { try $0.take(pages) }
                case 4...6: try await tenants.tell(name) { $0.memory = .init(available: megabytes << 20) }
                case 7: try await tenants.tell(name) { $0.isStubborn.toggle() }
                case 8:
                    _ = try await house.registry.set(SizeRequest(sees: ByteSize((megabytes + 32) << 20)), of: name)
                default:
                    let mode = BudgetMode.allCases[Int.random(in: 0..<3, using: &random)]
                    _ = try await house.registry.setMode(mode)
                    _ = try await house.registry.setMode(.on)
                }
                try check(house, after: &seen)
            }
            try await blocking { tenants.stop() }
            #expect(tenants.trouble == nil)
            print("seed \(seed): moves of the run: \(house.events.history().count { $0.move != nil })")
        }
    }

    private func check(_ house: House, after seen: inout UInt64) throws {
        for event in house.events.history(after: seen) {
            seen = event.sequence
            guard let move = event.move, move.isCarriedOut, move.gainer != nil, move.bytes.bytes > 0,
                move.rule != "host"
            else { continue }
            try #require(move.free >= Int64(move.bytes.bytes), "granted what was not there: \(move)")
        }
    }
}
