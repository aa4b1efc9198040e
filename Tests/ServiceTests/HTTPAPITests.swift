import ControlAPI
import ControlClient
import Foundation
import Service
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPAPITests {
    @Test func guestsAreListedAndSteered() async throws {
        try await TestServer.run { server in
            let client = server.client
            #expect(try await client.status().map(\.name) == ["web1", "db"])
            #expect(try await client.status(of: "db").socket == "/run/db.sock")
            let accepted = try await client.set(SizeRequest(sees: ByteSize(512 << 20)), of: "web1")
            #expect(accepted.guest.requested?.bytes == 512 << 20)
            _ = try await client.set(SizeRequest(balloon: 0), of: "web1")
            _ = try await client.setStatisticsInterval(seconds: 0.5, of: "db")
            _ = try await client.refreshStatistics(of: "db")
            _ = try await client.reclaim("web1")
            #expect(
                server.guests.calls.withLock { $0 } == [
                    "web1 set 536870912", "web1 set 0", "db interval 0.5", "db refresh", "web1 reclaim",
                ])
            #expect(try await client.qemuOptions(of: "web1").arguments.first == "-m")
        }
    }

    @Test func refusalsCarryTheirSentence() async throws {
        try await TestServer.run { server in
            await #expect(
                throws: ControlClientError.refused(
                    status: 404, message: "no guest is called \"web9\"; the guests are web1, db")
            ) { try await server.client.status(of: "web9") }
            await #expect(
                throws: ControlClientError.refused(
                    status: 404, message: "no guest is called \"a/b c\"; the guests are web1, db")
            ) { try await server.client.reclaim("a/b c") }
            await #expect(
                throws: ControlClientError.refused(
                    status: 409, message: "guest web1: free page hinting was not negotiated")
            ) { try await server.client.hint("web1") }
        }
    }

    struct BadRequest: Sendable, CustomTestStringConvertible {
        var method = "PUT"
        var uri = "/v1/guests/web1/requested"
        var body: String?
        var status = 400
        var error: String
        var testDescription: String { "\(method) \(uri) \(body?.prefix(40) ?? "")" }
    }

    private static let wanted = "a JSON object with \"sees\" or \"balloon\" is wanted"

    @Test(arguments: [
        BadRequest(body: "{", error: "the body is not what is wanted; \(wanted)"),
        BadRequest(body: "[1]", error: "the body is not what is wanted; \(wanted)"),
        BadRequest(body: "", error: "the body is empty; \(wanted)"),
        BadRequest(body: nil, error: "the body is empty; \(wanted)"),
        BadRequest(
            body: #"{"sees":1,"balloon":2}"#,
            error: "exactly one of \"sees\" and \"balloon\" is wanted, and there are both"),
        BadRequest(body: "{}", error: "exactly one of \"sees\" and \"balloon\" is wanted, and there is none"),
        BadRequest(body: #"{"visable":1}"#, error: "unknown key \"visable\"; \(wanted)"),
        BadRequest(body: #"{"sees":"512M"}"#, error: "sees: \"512M\" is not a whole number of bytes, 0 or more"),
        BadRequest(body: #"{"sees":-1}"#, error: "sees: -1.0 is not a whole number of bytes, 0 or more"),
        BadRequest(body: #"{"sees":1.5}"#, error: "sees: 1.5 is not a whole number of bytes, 0 or more"),
        BadRequest(body: #"{"balloon":true}"#, error: "balloon: true is not a whole number of bytes, 0 or more"),
        BadRequest(body: #"{"balloon":null}"#, error: "balloon: null is not a whole number of bytes, 0 or more"),
        BadRequest(
            body: #"{"balloon":[1]}"#, error: "balloon: an array or object is not a whole number of bytes, 0 or more"),
        BadRequest(
            body: #"{"sees":512}"#, error: "sees: 512 is 512 bytes; 536870912, which is 512M, was probably meant"),
        BadRequest(
            body: #"{"balloon":614400}"#,
            error: "balloon: 614400 is 614400 bytes; 629145600, which is 600M, was probably meant"),
        BadRequest(
            body: #"{"sees":0}"#, error: "sees: 0 would leave the guest no memory; write 1048576 or more"),
        BadRequest(
            body: #"{"sees":2147483648}"#,
            error: "guest web1: 2147483648 bytes are more than its memory, 1073741824"),
        BadRequest(
            body: #"{"sees":1\#(String(repeating: " ", count: 20_000))}"#,
            error: "the body is larger than 16384 bytes"),
        BadRequest(
            uri: "/v1/guests/web1/statistics", body: #"{"intervalSeconds":-1}"#,
            error: "intervalSeconds: -1.0 is not a time; write seconds from 0.1 to 86400, "
                + "or 0 to ask only when something needs statistics"),
        BadRequest(
            uri: "/v1/guests/web1/statistics", body: "{}", error: "\"intervalSeconds\" is missing"),
        BadRequest(
            method: "GET", uri: "/v1/events?since=soon",
            error: "since: \"soon\" is neither a sequence number nor \"now\""),
        BadRequest(
            method: "GET", uri: "/v1/events?since=7",
            error: "since: 7 is after the newest event, 0; was the daemon started anew?"),
        BadRequest(
            method: "GET", uri: "/v1/events?follow=maybe", error: "follow: \"maybe\" is neither 1 nor 0"),
        BadRequest(
            method: "GET", uri: "/v1/events?from=1", error: "unknown parameter \"from\"; there are since and follow"),
        BadRequest(
            method: "GET", uri: "/v2/guests", status: 404,
            error: "GET /v2/guests: there is no such request; see the API's documentation"),
        BadRequest(
            method: "DELETE", uri: "/v1/guests/web1/requested", status: 404,
            error: "DELETE /v1/guests/web1/requested: there is no such request; see the API's documentation"),
    ])
    func badInputIsRefused(_ request: BadRequest) async throws {
        try await TestServer.run { server in
            let answer = try await server.curl(request.method, request.uri, body: request.body)
            #expect(answer.status == request.status)
            let refused = try JSONDecoder().decode(Refused.self, from: Data(answer.body.utf8))
            #expect(refused.error == request.error)
            #expect(server.guests.calls.withLock { $0 }.isEmpty)
        }
    }

    @Test func metricsAreServed() async throws {
        try await TestServer.run { server in
            server.events.append(guest: "web1", kind: .alarm, message: "the guest took pages back")
            let text = try await server.client.metrics()
            #expect(text.contains("aerostat_events_total{guest=\"web1\",kind=\"alarm\"} 1\n"))
        }
    }
}
