import ControlAPI
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

    @Test func thePathComesFromTheEnvironment() {
        #expect(ControlPath.standard(environment: ["AEROSTAT_CONTROL": "/a", "XDG_RUNTIME_DIR": "/b"]) == "/a")
        #expect(
            ControlPath.standard(environment: ["AEROSTAT_CONTROL": "", "XDG_RUNTIME_DIR": "/b"]) == "/b/aerostat.sock")
        #expect(ControlPath.standard(environment: [:]) == "/run/aerostat.sock")
    }
}
