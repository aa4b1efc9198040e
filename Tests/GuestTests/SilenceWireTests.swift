import ControlAPI
import Foundation
import Load
import Service
import Testing

/// Guests that fall silent together, or alone.
@Suite struct SilenceWireTests {
    private static let size: UInt64 = 256 << 20
    private static let balloon: UInt64 = 100 << 20

    private func tenants(_ names: [String], _ house: House) async throws -> Tenants {
        let tenants = try await blocking {
            try Tenants(names.map { ($0, house.socket($0), Self.size, .init(available: 220 << 20)) })
        }
        for name in names {
            try await house.ask(name, balloon: Self.balloon)
            try await house.event(.targetReached, of: name)
        }
        return tenants
    }

    /// All that happened to guests since, as far as it is trouble.
    private func troubles(_ house: House) -> [String] {
        let kinds: [Event.Kind] = [.alarm, .alarmOver, .holdOff, .stalled, .problem]
        return house.events.history().filter { kinds.contains($0.kind) }.map { "\($0.guest ?? ""): \($0.message)" }
    }

    @Test("a host that stands still for some seconds: every guest keeps its balloon, and goes on without a pause")
    func together() async throws {
        let names = ["a", "b", "c"]
        try await House.with(names, edit: { $0.statisticsIntervalSeconds = 0.2 }) { house in
            let tenants = try await tenants(names, house)
            _ = try await tenants.tell("a") { _ in Thread.sleep(forTimeInterval: 4) }
            for name in names {
                try await house.event(.statisticsBack, of: name)
                let lost = try await house.event(.statisticsLost, of: name)
                #expect(lost.message.contains("the host stands still"), "\(lost.message)")
                let status = try await house.status(name)
                #expect(status.target.bytes == Self.balloon && status.held.bytes == Self.balloon)
                #expect(status.state == .settled)
            }
            #expect(troubles(house) == [])
            #expect(house.events.history().count { $0.kind == .target && $0.message.contains("answer") } == 0)
            try await blocking { tenants.stop() }
        }
    }

    @Test("a guest that falls silent while another one answers is helped")
    func alone() async throws {
        try await House.with(["a", "b"], edit: { $0.statisticsIntervalSeconds = 0.2 }) { house in
            let silent = try await tenants(["a"], house)
            let other = try await tenants(["b"], house)
            _ = try await silent.tell("a") { _ in Thread.sleep(forTimeInterval: 4) }
            let lost = try await house.event(.statisticsLost, of: "a")
            #expect(lost.message.contains("taken to be under pressure"), "\(lost.message)")
            try await house.event(.holdOff, of: "a")
            #expect(try await house.status("a").target.bytes == 0)
            #expect(try await house.status("b").target.bytes == Self.balloon)
            try await blocking {
                silent.stop()
                other.stop()
            }
        }
    }
}
