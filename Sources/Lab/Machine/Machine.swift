public import Foundation
public import QMP
import Synchronization

/// A running virtual machine. It ends with ``end()``, with the object, and with this program, whatever comes first.
public final class Machine: Sendable {
    public let configuration: MachineConfiguration
    public var qmp: QMPConnection { emulator.qmp }
    let agent: GuestAgent
    let lab: LabEnvironment
    private let emulator: Emulator
    private var process: Child { emulator.process }
    private var folder: URL { emulator.folder }

    /// Starts QEMU and waits until the guest takes commands.
    public static func boot(
        _ configuration: MachineConfiguration, in lab: LabEnvironment, within limit: Duration = .seconds(120)
    ) async throws -> Machine {
        let machine = try await start(configuration, in: lab)
        do {
            try await machine.ready(within: limit)
        } catch {
            await machine.end()
            throw error
        }
        return machine
    }

    /// Starts QEMU and does not wait for the guest.
    public static func start(_ configuration: MachineConfiguration, in lab: LabEnvironment) async throws -> Machine {
        let machine = try Machine(configuration, lab)
        do {
            try await machine.qmp.negotiate(within: .seconds(30))
        } catch {
            let log = machine.process.logTail()
            await machine.end()
            throw LabError(.ended, "QEMU did not start: \(error)\n\(log)")
        }
        return machine
    }

    /// Boots a machine, runs `body`, and ends it in any case.
    @discardableResult
    public static func with<Result: Sendable>(
        _ configuration: MachineConfiguration, in lab: LabEnvironment,
        _ body: @Sendable (Machine) async throws -> Result
    ) async throws -> Result {
        let machine = try await boot(configuration, in: lab)
        do {
            let result = try await body(machine)
            await machine.end()
            return result
        } catch {
            let report = machine.report()
            await machine.end()
            throw LabError((error as? LabError)?.kind ?? .refused, "\(error)\(report)")
        }
    }

    private init(_ configuration: MachineConfiguration, _ lab: LabEnvironment) throws {
        self.configuration = configuration
        self.lab = lab
        emulator = try Emulator(in: lab) { folder in
            configuration.commandLine(lab, console: folder.appending(path: "console").path)
        }
        agent = GuestAgent(descriptor: emulator.serial)
    }

    public var pid: pid_t { process.pid }
    public var isRunning: Bool { process.isRunning }

    /// Sends QEMU a signal.
    func signal(_ number: Int32) { process.signal(number) }

    /// What the guest's kernel printed.
    public var console: URL { folder.appending(path: "console") }
    /// What QEMU printed.
    public var log: URL { process.log }

    /// The guest's memory in bytes.
    public var memorySize: UInt64 { UInt64(configuration.megabytes) << 20 }

    /// How often the guest has come up.
    public var bootCount: Int { agent.bootCount }

    /// Waits until the guest has come up for the `boot`th time.
    public func ready(boot: Int = 1, within limit: Duration = .seconds(120)) async throws {
        do {
            _ = try await agent.ready(boot: boot, within: limit)
        } catch {
            throw LabError((error as? LabError)?.kind ?? .timedOut, "\(error)\(report())")
        }
    }

    /// The file behind the guest's memory.
    public func memoryFile() throws -> MemoryFile { try MemoryFile(of: pid, backend: configuration.memory) }

    /// Waits until QEMU has ended by itself.
    @discardableResult
    public func exited(within limit: Duration) async throws -> Child.Exit { try await process.exited(within: limit) }

    /// Ends QEMU: asks first, then kills.
    public func end() async { await emulator.end() }

    /// The last lines of what QEMU and the guest's kernel printed, for messages.
    public func report() -> String {
        let parts = [("QEMU", process.logTail()), ("guest", tail(of: console, lines: 15))]
        return parts.filter { !$0.1.isEmpty }.map { "\n\($0.0) printed:\n\($0.1)" }.joined()
    }
}
