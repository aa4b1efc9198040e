import ConformanceChecks
import Conformance
import ControlAPI
import Foundation
import Linux
import Service
import Testing
import VhostUser

/// The kit against our own device, and against one that is broken.
struct ProbeTests {
    private func withFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "aerostat-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }

    private func run(_ probe: Probe) async throws -> [CheckResult] {
        try await blocking {
            var results: [CheckResult] = []
            probe.run { results.append($0) }
            return results
        }
    }

    @Test func ourDevicePasses() async throws {
        try await withFolder { folder in
            var configuration = GuestConfiguration(name: "guest", socket: folder.appending(path: "guest").path)
            configuration.deflateOnOOM = true
            configuration.freePageReporting = true
            configuration.freePageHint = true
            configuration.packed = true
            let registry = try await GuestRegistry([configuration], events: EventLog())
            // The daemon's own API makes it ask for hints.
            let hint: @Sendable () throws -> Void = {
                let isDone = DispatchSemaphore(value: 0)
                Task {
                    _ = try? await registry.hint("guest")
                    isDone.signal()
                }
                isDone.wait()
            }
            let results = try await run(Probe(path: configuration.socket, patience: 10_000_000_000, hint: hint))
            await registry.stop()
            #expect(results.count > 60)
            for result in results where result.outcome != .passed {
                Issue.record("\(result)")
            }
        }
    }

    /// What is not offered is skipped, not failed.
    @Test func featuresThatAreNotOfferedAreSkipped() async throws {
        try await withFolder { folder in
            var configuration = GuestConfiguration(name: "guest", socket: folder.appending(path: "guest").path)
            configuration.pagePoison = false
            let registry = try await GuestRegistry([configuration], events: EventLog())
            for row in ["V6", "V13", "V14"] {
                let results = try await run(Probe(path: configuration.socket, only: row))
                #expect(!results.isEmpty)
                for result in results { #expect(result.outcome.name == "skipped", "\(result)") }
            }
            await registry.stop()
        }
    }

    /// A device that returns every chain of its first queues, and does nothing else.
    @Test func brokenDeviceFails() async throws {
        try await withFolder { folder in
            let path = folder.appending(path: "broken").path
            let device = try BrokenDevice(path: path)
            async let service: Void = blocking { try device.serve() }
            var failed: Set<String> = []
            for (row, patience) in [
                ("spec V2", 10), ("spec V3", 10), ("spec D14", 10), ("robustness: early kicks", 10),
                // It never answers there.
                ("spec queue numbers", 0.1),
            ] {
                let results = try await run(Probe(path: path, only: row, patience: UInt64(patience * 1e9)))
                for result in results where result.isFailure { failed.insert(result.row) }
            }
            device.end()
            try await service
            #expect(failed == ["spec V2", "spec V3", "spec D14", "spec queue numbers"])
        }
    }

    /// Whatever is behind the socket, it is said at once.
    @Test func socketThatIsTaken() async throws {
        try await withFolder { folder in
            let configuration = GuestConfiguration(name: "guest", socket: folder.appending(path: "guest").path)
            let registry = try await GuestRegistry([configuration], events: EventLog())
            let other = try VhostUserFrontEnd(path: configuration.socket)
            try other.open()
            let error = await #expect(throws: ProbeError.self) {
                try await blocking { try Probe(path: configuration.socket).connect() }
            }
            #expect(error?.description.contains("it has a VMM already") == true)
            try other.hangUp()
            await registry.stop()
        }
    }

    @Test func socketThatIsNotThere() {
        #expect(throws: ProbeError.self) { try Probe(path: "/nonexistent/socket").connect() }
    }

    @Test(arguments: ["spec V4", "V4", "v4", "SPEC v4"])
    func onlyOneRow(name: String) {
        #expect(Probe(path: "", only: name).count == 1)
    }

    @Test func onlyOneKind() {
        let spec = Probe(path: "", only: "spec").count
        let robustness = Probe(path: "", only: "robustness").count
        #expect(spec > 20)
        #expect(spec + robustness == Probe(path: "").count)
        #expect(Probe(path: "", only: "V99").count == 0)
        #expect(Probe.rows.contains("robustness: avail.idx jumps"))
    }

    @Test func linesOfTAP() {
        func line(_ outcome: Outcome, _ sentence: String = "it holds") -> String {
            TAPReport.lines(.init(number: 9, row: "spec V4", sentence: sentence, outcome: outcome), number: 3)
        }
        #expect(TAPReport.header(count: 2) == "TAP version 14\n1..2")
        #expect(line(.passed) == "ok 3 - spec V4: it holds")
        #expect(line(.passed, "a # and \\\nb") == "ok 3 - spec V4: a \\# and \\\\ b")
        #expect(line(.skipped("not offered")) == "ok 3 - spec V4: it holds # SKIP not offered")
        #expect(
            line(.failed("it \"broke\""))
                == "not ok 3 - spec V4: it holds\n  ---\n  message: \"it \\\"broke\\\"\"\n  ...")
    }
}
