import ControlAPI
import ControlClient
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
        for _ in 0..<3 { _ = try await daemon.client.set(SizeRequest(sees: ByteSize(512 << 20)), of: "web1") }
        #expect(try await daemon.client.status().count == 1)
        #expect(daemon.process.isRunning)
    }

    @Test("a terminal that is closed ends no guest's balloon: SIGHUP is ignored")
    func hangUp() async throws {
        let daemon = try await Daemon(redirection: "")
        // Seen from outside, too: a signal that this test's thread blocks, and with it the program, would prove nothing.
        let status = try String(contentsOfFile: "/proc/\(daemon.process.processIdentifier)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") })
        let ignored = try #require(UInt64(line.split(separator: "\t").last ?? "", radix: 16))
        #expect(ignored & 1 << UInt64(SIGHUP - 1) != 0)
        kill(daemon.process.processIdentifier, SIGHUP)
        #expect(try await daemon.client.status().count == 1)
        #expect(daemon.process.isRunning)
    }
}
