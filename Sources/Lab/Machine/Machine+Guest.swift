import Foundation
import QMP

/// Commands to the guest's agent, and what is built of them.
extension Machine {
    /// Sends a line to the agent; its verbs are in `Lab/guest/agent.c`.
    public func start(_ line: String) throws -> GuestCommand { try agent.start(line) }

    /// Sends a line to the agent and waits for the answer.
    @discardableResult
    public func run(_ line: String, within limit: Duration = .seconds(30)) async throws -> GuestFields {
        try await start(line).answer(within: limit)
    }

    /// Runs a program that takes memory, touches and verifies every page, holds it for a while, and verifies again.
    public func eat(
        megabytes: Int, holdSeconds: Double = 0, within limit: Duration = .seconds(180)
    ) async throws -> EatResult {
        let fields = try await run("eat \(megabytes) \(holdSeconds)", within: limit)
        return try EatResult(fields, bytes: UInt64(megabytes) << 20)
    }

    /// Makes memory resident on the host: takes it, touches it, and gives it back to the guest's kernel.
    public func touch(megabytes: Int) async throws { try await run("touch \(megabytes)", within: .seconds(120)) }

    /// Takes memory and gives every second page back, until ``release()``.
    public func fragment(megabytes: Int) async throws { try await run("fragment \(megabytes)", within: .seconds(120)) }

    /// Starts threads that read the mapped disk at random, after it was read into the page cache twice.
    public func startReader(megabytes: Int, threads: Int = 1) async throws {
        try await run("read-start \(megabytes) \(threads)", within: .seconds(120))
    }

    /// What the reader has done so far.
    public func readSeries() async throws -> ReadSeries { try ReadSeries(try await run("read-rates")) }

    /// Ends all jobs in the guest.
    public func release() async throws { try await run("release") }

    /// The guest's /proc/meminfo (KiB) and some counters of /proc/vmstat, such as `oom_kill`.
    public func memoryInfo() async throws -> [String: UInt64] {
        try await run("meminfo").values.compactMapValues { UInt64($0) }
    }

    public func loadBalloonDriver() async throws { try await run("load virtio_balloon") }
    public func unloadBalloonDriver() async throws { try await run("unload virtio_balloon", within: .seconds(60)) }

    /// Runs a shell command in the guest; throws if it fails.
    @discardableResult
    public func shell(_ command: String, within limit: Duration = .seconds(30)) async throws -> String {
        let fields = try await run("sh \(command)", within: limit)
        let output = try fields.text("out").removingPercentEncoding ?? ""
        guard try fields.unsigned("exit") == 0 else {
            throw LabError(.refused, "the guest's `\(command)` failed: \(output)")
        }
        return output
    }

    /// Reboots from inside and waits until the guest is up again.
    public func reboot() async throws {
        let boot = bootCount + 1
        try await run("reboot")
        try await ready(boot: boot)
    }

    /// Turns the machine off from inside and waits until QEMU has ended.
    public func powerOff() async throws {
        try await run("poweroff")
        try await exited(within: .seconds(30))
    }

    /// Resets the machine from outside and waits until the guest is up again.
    public func systemReset() async throws {
        let boot = bootCount + 1
        try await qmp.execute("system_reset")
        try await ready(boot: boot)
    }

    public func pause() async throws { try await qmp.execute("stop") }
    public func resume() async throws { try await qmp.execute("cont") }
}
