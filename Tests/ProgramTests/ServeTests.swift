import ControlAPI
import Foundation
import TestSupport
import Testing

/// `aerostat serve` as a process: what its surroundings may do to it.
@Suite(.enabled(if: Daemon.program != nil, "$AEROSTAT names the program"), .timeLimit(.minutes(1))) struct ServeTests {
    /// What a shell can do to the daemon's standard descriptors.
    @Test(
        "robustness: a log that cannot be written, and descriptors that are closed, end no guest's balloon",
        arguments: ["2>/dev/full", ">/dev/full", "2> >(true)", "<&- >&- 2>&-"])
    func lost(redirection: String) async throws {
        let daemon = try await Daemon(redirection: redirection)
        for _ in 0..<3 { _ = try await daemon.client.setTarget(TargetRequest(visible: 512 << 20), of: "web1") }
        #expect(try await daemon.client.status().count == 1)
        #expect(daemon.process.isRunning)
    }
}
