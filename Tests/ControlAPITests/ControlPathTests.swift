import ControlAPI
import Testing

@Suite struct ControlPathTests {
    @Test func thePathComesFromTheEnvironment() {
        #expect(ControlPath.standard(environment: ["AEROSTAT_CONTROL": "/a", "XDG_RUNTIME_DIR": "/b"]) == "/a")
        #expect(
            ControlPath.standard(environment: ["AEROSTAT_CONTROL": "", "XDG_RUNTIME_DIR": "/b"]) == "/b/aerostat.sock")
        #expect(ControlPath.standard(environment: [:]) == "/run/aerostat.sock")
    }
}
