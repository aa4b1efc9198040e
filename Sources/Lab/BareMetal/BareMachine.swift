public import Foundation
public import QMP

/// A running bare-metal guest. It ends with ``end()``, with the object, and with this program, whatever comes first.
public final class BareMachine: Sendable {
    public let configuration: BareMachineConfiguration
    public var qmp: QMPConnection { emulator.qmp }
    private let agent: GuestAgent
    private let emulator: Emulator
    private var process: Child { emulator.process }

    /// Starts QEMU, waits until the guest takes commands, runs `body`, and ends it in any case.
    public static func with<Result: Sendable>(
        _ configuration: BareMachineConfiguration, in lab: LabEnvironment,
        _ body: @Sendable (BareMachine) async throws -> Result
    ) async throws -> Result {
        let machine = try BareMachine(configuration, lab)
        do {
            try await machine.qmp.negotiate(within: .seconds(30))
            if !configuration.isPaused { try await machine.ready() }
            let result = try await body(machine)
            await machine.end()
            return result
        } catch {
            let report = machine.process.logTail()
            await machine.end()
            let place = "bare metal, \(configuration.architecture.rawValue)"
            throw LabError((error as? LabError)?.kind ?? .refused, "\(place): \(error)\n\(report)")
        }
    }

    private init(_ configuration: BareMachineConfiguration, _ lab: LabEnvironment) throws {
        if let missing = lab.missing(for: configuration.architecture) { throw LabError(.missing, missing) }
        self.configuration = configuration
        emulator = try Emulator(in: lab) { _ in configuration.commandLine(lab) }
        agent = GuestAgent(descriptor: emulator.serial)
    }

    public var pid: pid_t { process.pid }
    public var memorySize: UInt64 { UInt64(configuration.megabytes) << 20 }

    /// Waits until the guest takes commands for the `boot`th time.
    ///
    /// - Returns: what it said then.
    @discardableResult
    public func ready(boot: Int = 1, within limit: Duration = .seconds(30)) async throws -> GuestFields {
        try await agent.ready(boot: boot, within: limit)
    }

    /// Sends a command of `Guest/Sources/Guest/Commands.swift` and waits for the answer.
    @discardableResult
    public func run(_ line: String, within limit: Duration = .seconds(60)) async throws -> GuestFields {
        try await agent.start(line).answer(within: limit)
    }

    /// Sends a command that the guest does not survive, and waits for QEMU's end.
    public func runToEnd(_ line: String, within limit: Duration = .seconds(10)) async throws -> Child.Exit {
        _ = try agent.start(line)
        return try await process.exited(within: limit)
    }

    /// Bytes of memory that the host spends on QEMU.
    public var resident: UInt64 {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return (line.flatMap { UInt64($0.split(whereSeparator: \.isWhitespace)[1]) } ?? 0) << 10
    }

    /// The file behind the guest's memory, if it is shared.
    public func memoryFile() throws -> MemoryFile { try MemoryFile(of: pid, backend: .memfd) }

    /// Processor time that QEMU has used, in seconds.
    public var processorSeconds: Double {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Asks QEMU's own balloon for a size and waits for it.
    ///
    /// - Returns: seconds from the request until the guest has told that size.
    @discardableResult
    public func inflate(to bytes: UInt64, within limit: Duration = .seconds(60)) async throws -> Double {
        try await qmp.inflate(to: bytes, of: memorySize, within: limit)
    }

    /// Ends QEMU: asks first, then kills.
    public func end() async { await emulator.end() }
}

extension QMPConnection {
    /// Asks QEMU's own balloon for a size, and asks until the guest has told it: QEMU's event comes once a second only.
    func inflate(to bytes: UInt64, of memory: UInt64, within limit: Duration) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        try await execute("balloon", ["value": .integer(Int64(memory - bytes))])
        while true {
            let actual = try await execute("query-balloon")["actual"]?.unsigned ?? 0
            let elapsed = clock.now - start
            if actual == memory - bytes { return elapsed.seconds }
            guard elapsed < limit else {
                let now = (memory - min(memory, actual)) >> 20
                throw LabError(.timedOut, "the balloon is at \(now) MiB after \(limit), not at \(bytes >> 20)")
            }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
