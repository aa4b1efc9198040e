import ControlAPI
import ControlClient
import Foundation
import Glibc
import Linux
import Service
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ControlSocketTests {
    @Test func onlyItsUserMayOpenIt() async throws {
        try await TestServer.run { server in
            var facts = stat()
            #expect(stat(server.path, &facts) == 0)
            #expect(facts.st_mode & 0o777 == 0o600)
        }
    }

    @Test func aSecondDaemonIsRefused() async throws {
        try await TestServer.run { server in
            #expect(throws: UnixSocketError.taken(path: server.path)) {
                _ = try UnixSocketPath(server.path).listen()
            }
            let count = try await server.client.status().count
            #expect(count == 2, "the first one is untouched")
        }
    }

    @Test("robustness: more connections than may be are closed, and the API lives")
    func tooManyConnections() async throws {
        try await TestServer.run { server in
            var connections: [CInt] = []
            defer { for connection in connections { close(connection) } }
            // More than may be open, fewer than may wait to be accepted at once.
            for _ in 0..<16 {
                for _ in 0..<10 { connections.append(try UnixListener.connect(to: server.path).release()) }
                // What came before has been accepted when this is answered.
                _ = try? await server.client.status()
            }
            await #expect(throws: ControlClientError.self) { try await server.client.status() }
            for connection in connections { close(connection) }
            connections = []
            var answered = false
            while !answered { answered = (try? await server.client.status()) != nil }
        }
    }

    @Test("robustness: connections that come while the server stops are closed") func connectionsAtTheEnd() async throws
    {
        for _ in 0..<20 {
            try await TestServer.run { server in
                for _ in 0..<50 { _ = try UnixListener.connect(to: server.path) }
            }
        }
    }

    @Test func aStaleSocketIsReplaced() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/x.sock"
        try makeStale(path)
        #expect(try UnixSocketPath(path).occupant() == .staleSocket)
        let listener = try UnixSocketPath(path).listen()
        #expect(try UnixSocketPath(path).occupant() == .listener)
        _ = consume listener
        #expect(!FileManager.default.fileExists(atPath: path), "a listener takes its file with it")
    }

    private func makeStale(_ path: String) throws {
        let aside = path + "-aside"
        let listener = try UnixSocketPath(path).listen()
        // The file outlives its listener only if the listener does not find it.
        #expect(rename(path, aside) == 0)
        _ = consume listener
        #expect(rename(aside, path) == 0)
    }
}
