import ControlAPI
import ControlClient
import Service
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct WaitTests {
    @Test func anEventEndsTheWait() async throws {
        try await TestServer.run { server in
            _ = try await server.client.set(SizeRequest(balloon: ByteSize(1 << 29)), of: "web1")
            let looks = Mutex(0)
            let start = ContinuousClock.now
            let outcome = try await server.client.waitUntilReached("web1", deadline: .seconds(30)) { _ in
                guard
                    looks.withLock({
                        $0 += 1; return $0
                    }) == 1
                else { return }
                server.guests.change("web1") {
                    $0.held = ByteSize(1 << 29)
                    $0.state = .settled
                    $0.pursuit = .reached
                }
                server.events.append(guest: "web1", kind: .targetReached, message: "reached")
            }
            guard case .reached(let guest) = outcome else { return #expect(Bool(false), "\(outcome)") }
            #expect(guest.held.bytes == 1 << 29)
            #expect(ContinuousClock.now - start < .seconds(1), "an event, not the fallback, ended it")
        }
    }

    @Test func aStallEndsTheWait() async throws {
        try await TestServer.run { server in
            _ = try await server.client.set(SizeRequest(balloon: ByteSize(1 << 29)), of: "web1")
            server.guests.change("web1") { $0.pursuit = .notPursued }
            let outcome = try await server.client.waitUntilReached("web1", deadline: .seconds(30))
            guard case .givenUp = outcome else { return #expect(Bool(false), "\(outcome)") }
        }
    }

    @Test func aDeadlineEndsTheWait() async throws {
        try await TestServer.run { server in
            _ = try await server.client.set(SizeRequest(balloon: ByteSize(1 << 29)), of: "web1")
            let outcome = try await server.client.waitUntilReached("web1", deadline: .milliseconds(200))
            guard case .timedOut = outcome else { return #expect(Bool(false), "\(outcome)") }
        }
    }
}
