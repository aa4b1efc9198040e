import Foundation
import QMP

/// Machines that stand still, by whosever doing.
extension Machine {
    /// Stops QEMU's process: neither the guest nor its VMM does anything, until ``thaw()``.
    public func freeze() { signal(SIGSTOP) }
    public func thaw() { signal(SIGCONT) }

    /// Has the guest suspend to memory (S3), and waits until it has.
    ///
    /// - Returns: for ``wakeUp(_:)``.
    public func suspend(within limit: Duration = .seconds(30)) async throws -> GuestCommand {
        let seen = qmp.eventCount
        let command = try start("sh echo deep > /sys/power/mem_sleep; echo mem > /sys/power/state")
        _ = try await qmp.event("SUSPEND", after: seen, within: limit)
        return command
    }

    /// Wakes a guest that was suspended, and waits until it is awake.
    public func wakeUp(_ command: GuestCommand, within limit: Duration = .seconds(30)) async throws {
        try await qmp.execute("system_wakeup")
        let fields = try await command.answer(within: limit)
        guard try fields.unsigned("exit") == 0 else {
            throw LabError(.refused, "the guest did not suspend well: \(fields.values)")
        }
    }
}
