import ConformanceChecks
import Conformance
import ControlAPI
import ControlClient
import Foundation
import QMP
import Synchronization

/// Both halves of the conformance kit, before our device and QEMU's.
public struct ConformanceRun: Sendable {
    private let lab: LabEnvironment

    public init(in lab: LabEnvironment) { self.lab = lab }

    private static let features = ["deflate-on-oom=on", "free-page-reporting=on", "free-page-hint=on"]

    /// Checks our device from a VMM of our own.
    public func probe() async throws -> ConformanceResult {
        let daemon = try await daemon()
        let probe = Probe(path: daemon.socket(of: "guest"), hint: { try Self.hint(daemon) })
        let result = await withCheckedContinuation { continuation in
            // It blocks its thread.
            Thread.detachNewThread {
                var result = ConformanceResult("Aerostat, by socket")
                probe.run { check in
                    let kind: ConformanceOutcome.Kind =
                        switch check.outcome {
                        case .passed: .passed
                        case .failed: .departed
                        case .skipped: .skipped
                        }
                    result.add("\(check.row): \(check.sentence)", ConformanceOutcome(kind, check.outcome.reason))
                }
                continuation.resume(returning: result)
            }
        }
        try await daemon.stop()
        return result
    }

    /// Checks our device from inside a machine of QEMU's.
    public func ours(_ progress: @escaping @Sendable (Int) -> Void = { _ in }) async throws -> ConformanceResult {
        let daemon = try await daemon()
        var configuration = BareMachineConfiguration(.x86)
        configuration.balloon = .vhostUser(socket: daemon.socket(of: "guest"))
        configuration.sharesMemory = true
        configuration.megabytes = 256
        let flight = TesterFlight("Aerostat, in a VM", configuration) { _ in
            _ = try await daemon.client.hint("guest")
        }
        let result = try await flight.run(in: lab, progress)
        try await daemon.stop()
        return result
    }

    /// Checks QEMU's own device. Nothing makes it ask for hints: it does so only while it migrates, and there the
    /// tester was seen to hang, for a reason that was not found.
    public func qemu(_ progress: @escaping @Sendable (Int) -> Void = { _ in }) async throws -> ConformanceResult {
        var configuration = BareMachineConfiguration(.x86)
        configuration.balloon = .qemu(properties: Self.features + ["page-poison=on", "iothread=hinting"])
        configuration.extraOptions = ["-object", "iothread,id=hinting"]
        configuration.megabytes = 256
        return try await TesterFlight("QEMU's device", configuration).run(in: lab, progress)
    }

    private func daemon() async throws -> Daemon {
        try await Daemon.start(
            [Daemon.Guest("guest", options: Self.features + ["page-poison=on", "packed=on"])], in: lab)
    }

    /// Makes the daemon begin hinting; blocks.
    private static func hint(_ daemon: Daemon) throws {
        let failure = Mutex<String?>(nil)
        let isDone = DispatchSemaphore(value: 0)
        Task {
            do { _ = try await daemon.client.hint("guest") } catch { failure.withLock { $0 = "\(error)" } }
            isDone.signal()
        }
        isDone.wait()
        if let reason = failure.withLock({ $0 }) { throw LabError(.refused, reason) }
    }
}

extension QMPConnection {
    /// Makes QEMU's own balloon ask for free pages, by a migration that is never allowed to end.
    func beginHinting() async throws {
        _ = try? await execute("migrate_cancel")
        for _ in 0..<500 {
            let status = try await execute("query-migrate")["status"]?.text
            if status == nil || status == "cancelled" || status == "completed" || status == "failed" { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        try await execute("migrate-set-parameters", ["max-bandwidth": .integer(1 << 16)])
        try await execute("migrate", ["uri": "exec:cat > /dev/null"])
    }
}
