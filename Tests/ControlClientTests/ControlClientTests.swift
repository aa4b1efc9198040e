import ControlAPI
import ControlClient
import Glibc
import TestSupport
import Testing

@Suite struct ControlClientTests {
    @Test func noDaemonIsSaid() async throws {
        let path = "/tmp/aerostat-there-is-none.sock"
        let error = await #expect(throws: ControlClientError.self) { try await ControlClient(path: path).status() }
        #expect(
            try #require(error).description
                == "no daemon listens on \(path): start one with aerostat serve, or name its socket with --control")
    }

    @Test func aPathThatIsTooLongIsSaid() async {
        let path = String(repeating: "x", count: 200)
        await #expect(throws: ControlClientError.badPath(.tooLong(path: path))) {
            try await ControlClient(path: path).status()
        }
    }

    @Test("robustness: a socket on which nobody answers is said, for events too") func noAnswer() async throws {
        let folder = try TemporaryFolder()
        let listener = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = folder.file("mute.sock")
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0 && listen(listener, 4) == 0)
        let client = ControlClient(path: path, timeout: .milliseconds(20))
        await #expect(throws: ControlClientError.self) { try await client.status() }
        for follow in [false, true] {
            let uri = "GET /v1/events" + (follow ? "?follow=1" : "")
            await #expect(
                throws: ControlClientError.timedOut(path: path, request: uri, after: .milliseconds(20))
            ) { try await client.forEachEvent(follow: follow) { _ in } }
        }
    }
}
