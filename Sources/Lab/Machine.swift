public import Foundation
public import QMP
import Synchronization

/// A running virtual machine. It ends with ``end()``, with the object, and with this program, whatever comes first.
public final class Machine: Sendable {
    public let configuration: MachineConfiguration
    public let qmp: QMPConnection
    let agent: GuestAgent
    let lab: LabEnvironment
    private let process: Child
    private let folder: URL

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
        let folder = try lab.temporaryFolder()
        self.folder = folder
        Children.shared.add(folder: folder)
        let agentEnds = try Self.socketPair()
        let qmpEnds = try Self.socketPair()
        agent = GuestAgent(descriptor: agentEnds.ours)
        qmp = QMPConnection(descriptor: qmpEnds.ours)
        let console = folder.appending(path: "console").path
        process = try Child(
            name: "QEMU", configuration.commandLine(lab, console: console), log: folder.appending(path: "qemu"),
            descriptors: [agentEnds.theirs, qmpEnds.theirs])
    }

    deinit {
        process.signal(SIGKILL)
        qmp.close()
        Children.shared.remove(folder: folder)
    }

    public var pid: pid_t { process.pid }
    public var isRunning: Bool { process.isRunning }
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
    public func end() async {
        if process.isRunning { _ = try? await qmp.execute("quit", within: .seconds(2)) }
        if (try? await process.exited(within: .seconds(3))) == nil {
            process.signal(SIGKILL)
            _ = try? await process.exited(within: .seconds(10))
        }
        Children.shared.remove(folder: folder)
    }

    /// The last lines of what QEMU and the guest's kernel printed, for messages.
    public func report() -> String {
        let parts = [("QEMU", process.logTail()), ("guest", tail(of: console, lines: 15))]
        return parts.filter { !$0.1.isEmpty }.map { "\n\($0.0) printed:\n\($0.1)" }.joined()
    }

    private static func socketPair() throws -> (ours: Int32, theirs: Int32) {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw LabError(.system, "cannot make a socket pair: \(systemError())")
        }
        return (ends[0], ends[1])
    }
}
