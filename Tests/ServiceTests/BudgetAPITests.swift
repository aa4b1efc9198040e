import ControlAPI
import ControlClient
import Foundation
import Service
import Synchronization
import Testing

@Suite struct BudgetAPITests {
    static func status(_ mode: BudgetMode = .on) -> BudgetStatus {
        var host = HostStatus(pressure: "calm", missing: ["no pressure here"])
        host.available = ByteSize(5 << 30)
        let guest = GuestShareStatus(
            name: "web1", promised: ByteSize(1 << 30), min: ByteSize(256 << 20), max: ByteSize(2 << 30), weight: 2,
            reservation: ByteSize(512 << 20), cap: nil,
            floor: 0, price: 0.5, active: 0.25, spare: ByteSize(1 << 20), due: 0, wanted: 0, state: .settled,
            reason: "as asked")
        return BudgetStatus(
            mode: mode, budget: ByteSize(4 << 30), effective: ByteSize(4 << 30), promised: ByteSize(3 << 30),
            free: -4096, slack: ByteSize(128 << 20), due: 0,
            wanted: 0, loans: 0, reserved: ByteSize(512 << 20), host: host,
            reaction: ReactionStatus(
                count: 2, meanSeconds: 0.0001, longestSeconds: 0.0002, latestSeconds: 0.0002,
                buckets: [.init(seconds: 0.00025, count: 2)]),
            guests: [guest])
    }

    @Test func withoutABudgetItSaysSo() async throws {
        try await TestServer.run { server in
            let refused = try await server.curl("GET", "/v1/budget")
            #expect(refused.status == 409)
            #expect(refused.body.contains("start the daemon with --budget SIZE"))
            let setRefused = try await server.curl("PUT", "/v1/budget", body: #"{"budget": "3G"}"#).status
            #expect(setRefused == 409)
            let modeRefused = try await server.curl("PUT", "/v1/budget/mode", body: #"{"mode": "on"}"#).status
            #expect(modeRefused == 409)
            let metrics = try await server.client.metrics()
            #expect(!metrics.contains("aerostat_budget"))
        }
    }

    @Test func theBudgetIsShownAndItsModeSet() async throws {
        let guests = GuestsDouble()
        guests.shared.withLock { $0 = Self.status() }
        try await TestServer.run(guests: guests) { server in
            let shown = try await server.client.budget()
            #expect(shown == Self.status())
            let paused = try await server.client.setMode(.pause)
            #expect(paused.mode == .pause)
            for body in [#"{"mode": "off"}"#, #"{"mode": 1}"#, "{}", #"{"mood": "on"}"#] {
                let badMode = try await server.curl("PUT", "/v1/budget/mode", body: body).status
                #expect(badMode == 400, "\(body)")
            }
        }
    }

    @Test func theBudgetIsChanged() async throws {
        let guests = GuestsDouble()
        guests.shared.withLock { $0 = Self.status() }
        try await TestServer.run(guests: guests) { server in
            for (text, bytes) in [("24G", 24 << 30), ("50%", 32 << 30), ("all but 4G", 60 << 30)] as [(String, UInt64)]
            {
                #expect(try await server.client.setBudget(text).budget.bytes == bytes)
            }
            for body in [#"{"budget": "lots"}"#, #"{"budget": 3}"#, "{}", #"{"bytes": "3G"}"#, #"{"budget": "0"}"#] {
                let status = try await server.curl("PUT", "/v1/budget", body: body).status
                #expect(status == 400, "\(body)")
            }
            let refused = try await server.curl("PUT", "/v1/budget", body: #"{"budget": "256M"}"#)
            #expect(refused.status == 409 && refused.body.contains("do not fit"))
            #expect(try await server.client.budget().budget.bytes == 60 << 30)
        }
    }

    @Test func plansAreAskedFor() async throws {
        try await TestServer.run { server in
            let planned = try await server.client.plan().guest
            #expect(planned == nil)
            let plannedSize = try await server.client.plan("web1", sees: ByteSize(1 << 30)).sees
            #expect(plannedSize?.bytes == 1 << 30)
            for uri in [
                "/v1/guests/web1/plan", "/v1/guests/web1/plan?sees=x", "/v1/guests/web1/plan?sees=0",
                "/v1/guests/web1/plan?sees=900",
            ] {
                let badPlan = try await server.curl("GET", uri).status
                #expect(badPlan == 400, "\(uri)")
            }
            let unknown = try await server.curl("GET", "/v1/guests/nobody/plan?sees=1048576").status
            #expect(unknown == 404)
        }
    }

    @Test func guestsAreAddedAndRemoved() async throws {
        try await TestServer.run { server in
            let accepted = try await server.client.add("web2,socket=/run/web2.sock,max=1G")
            #expect(accepted.guest.name == "web2")
            let names = try await server.client.status().map(\.name)
            #expect(names == ["web1", "db", "web2"])
            for body in [
                #"{"guest": "web2,socket=/run/x"}"#, #"{"guest": "web3,socket=run/x"}"#, #"{"guest": "web3"}"#,
                #"{"guest": 3}"#, "{}",
            ] {
                let status = try await server.curl("POST", "/v1/guests", body: body).status
                #expect(status == (body.contains("web2") ? 409 : 400), "\(body)")
            }
            #expect(try await server.client.remove("web2").message.contains("web2"))
            let gone = try await server.curl("DELETE", "/v1/guests/web2").status
            #expect(gone == 404)
        }
    }

    @Test func metricsTellOfTheBudget() {
        let text = Metrics.render(statuses: [], budget: Self.status(.watch), events: [])
        for line in [
            "aerostat_budget_bytes 4294967296", "aerostat_budget_free_bytes -4096",
            "aerostat_guest_promised_bytes{guest=\"web1\"} 1073741824", "aerostat_guest_price{guest=\"web1\"} 0.5",
            "aerostat_budget_mode{mode=\"watch\"} 1", "aerostat_budget_mode{mode=\"on\"} 0",
            "aerostat_host_pressure{level=\"calm\"} 1", "# TYPE aerostat_reaction_seconds histogram",
            "aerostat_reaction_seconds_bucket{le=\"0.00025\"} 2", "aerostat_reaction_seconds_bucket{le=\"+Inf\"} 2",
            "aerostat_reaction_seconds_sum 0.0002", "aerostat_reaction_seconds_count 2",
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
        #expect(!text.contains("host_stalled"))
    }

    private func event(
        _ sequence: UInt64, _ milliseconds: Int, _ guest: String?, _ kind: Event.Kind, move: MemoryMove? = nil
    ) -> Event {
        let fraction = String(1000 + milliseconds % 1000).dropFirst()
        return Event(
            sequence: sequence, timestamp: "2026-11-21T07:00:0\(milliseconds / 1000).\(fraction)Z", guest: guest,
            kind: kind, message: "event \(sequence)", numbers: [:], move: move)
    }

    private func account(_ number: UInt64, seconds: Double, payers: [String], gainer: String?) -> MemoryMove {
        MemoryMove(
            number: number, rule: "alarm", payer: payers.first, gainer: gainer, bytes: ByteSize(1 << 20), price: 1,
            free: 0, isCarriedOut: true,
            story: .init(
                payers: payers.map { .init(guest: $0, bytes: ByteSize(1 << 20), price: 1) }, taken: 0,
                seconds: seconds, steps: 3, isOver: true))
    }

    @Test func anExplanationIsMadeOfStoriesThatNamePayersAndTimes() {
        let events = [
            event(1, 0, "web1", .connected),
            event(2, 100, "web1", .alarm),
            event(3, 100, "web1", .target),
            event(4, 101, "web1", .moving, move: account(7, seconds: 0, payers: ["db"], gainer: "web1")),
            event(5, 150, "db", .target),
            event(6, 180, "db", .targetReached),
            event(7, 1200, "web1", .alarmOver),
            event(8, 2900, "web1", .moved, move: account(7, seconds: 1, payers: ["db", "ci"], gainer: "web1")),
            event(9, 9000, "web1", .target),
            event(10, 9001, "web1", .moving, move: account(9, seconds: 0, payers: ["db"], gainer: "web1")),
            event(11, 9002, nil, .mode),
        ]
        let about = Explanations.decisions(about: "web1", in: events)
        #expect(about.map(\.event.sequence) == [11, 10, 9, 8, 7, 2])
        #expect(about.map(\.seconds) == [nil, 0, nil, 1, nil, 1.1])
        #expect(Explanations.decisions(about: "db", in: events).map(\.event.sequence) == [11, 10, 8])
        #expect(Explanations.decisions(about: "ci", in: events).map(\.event.sequence) == [11, 8])
        #expect(Explanations.decisions(about: "nobody", in: events).map(\.event.sequence) == [11])
    }

    @Test func anEventOfAnOlderDaemonCanBeRead() throws {
        let text = """
            {"sequence": 1, "timestamp": "2026-11-21T07:00:00.000Z", "kind": "moved", "message": "db lent", "numbers": {},
            "move": {"number": 1, "rule": "alarm", "payer": "db", "bytes": 5, "free": 0, "isCarriedOut": true}}
            """
        let event = try JSONDecoder().decode(Event.self, from: Data(text.utf8))
        #expect(event.move?.payer == "db" && event.move?.story == nil)
    }
}
