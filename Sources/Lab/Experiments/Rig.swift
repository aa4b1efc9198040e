import ControlAPI
import ControlClient

/// A guest with the balloon of one contender, steered and read in the same way whoever it is.
public final class Rig: Sendable {
    public let contender: Contender
    public let machine: Machine
    /// Our daemon, if the contender is ours.
    public let daemon: Daemon?
    static let guest = "guest"

    /// Starts the daemon if needed, boots, runs `body`, and ends both in any case.
    ///
    /// - Parameter statisticsInterval: how often our daemon asks the guest how it is, in seconds; 0: never unprompted.
    public static func with<Result: Sendable>(
        _ contender: Contender, _ configuration: MachineConfiguration, statisticsInterval: Double = 0,
        in lab: LabEnvironment,
        _ body: @Sendable (Rig) async throws -> Result
    ) async throws -> Result {
        var configuration = configuration
        var daemon: Daemon?
        switch contender.device {
        case .none: configuration.balloon = .none
        case .qemu:
            configuration.balloon = .qemu(properties: contender.deflatesOnOOM ? ["deflate-on-oom=on"] : [])
        case .aerostat, .vfioUser:
            var served = Daemon.Guest(
                guest, "deflate-on-oom=\(contender.deflatesOnOOM ? "on" : "off")",
                "statistics-interval=\(statisticsInterval)")
            served.door = contender.device == .vfioUser ? .vfioUser : .vhostUser
            let started = try await Daemon.start([served], in: lab)
            configuration.balloon = .ours(served.door, socket: started.socket(of: guest))
            daemon = started
        }
        do {
            let result = try await Machine.with(configuration, in: lab) { [daemon] machine in
                try await body(Rig(contender, machine, daemon))
            }
            try await daemon?.stop()
            return result
        } catch {
            let log = daemon.map { "\nthe daemon printed:\n\($0.logTail())" } ?? ""
            try? await daemon?.stop()
            throw LabError((error as? LabError)?.kind ?? .refused, "\(contender.name): \(error)\(log)")
        }
    }

    private init(_ contender: Contender, _ machine: Machine, _ daemon: Daemon?) {
        self.contender = contender
        self.machine = machine
        self.daemon = daemon
    }

    /// Asks for a balloon of `bytes`; does not wait.
    public func ask(_ bytes: UInt64) async throws {
        if let daemon {
            _ = try await daemon.client.set(SizeRequest(balloon: ByteSize(bytes)), of: Self.guest)
        } else if contender.device == .qemu {
            try await machine.setQEMUBalloon(bytes)
        }
    }

    /// Bytes in the balloon: counted by us, or as the guest reports to QEMU.
    public func held() async throws -> UInt64 {
        if let daemon { return try await daemon.client.status(of: Self.guest).held.bytes }
        return contender.device == .qemu ? try await machine.qemuBalloon() : 0
    }

    /// Bytes in the balloon as the guest reports them.
    public func reported() async throws -> UInt64 {
        if let daemon { return try await daemon.client.status(of: Self.guest).reported.bytes }
        return contender.device == .qemu ? try await machine.qemuBalloon() : 0
    }

    /// Processor time that the VMM and our daemon have used, in seconds.
    public func processorSeconds() throws -> Double {
        var time = try ProcessActivity.processorTime(of: machine.pid)
        if let daemon { time += try ProcessActivity.processorTime(of: daemon.pid) }
        return Double(time) / 1e9
    }

    /// Asks for a balloon of `bytes` and waits until the guest reports it.
    public func inflate(to bytes: UInt64, within limit: Duration = .seconds(60)) async throws {
        guard contender.device != .none else { return }
        try await ask(bytes)
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while try await reported() != bytes {
            guard clock.now < deadline else {
                let now = try await reported() >> 20
                throw LabError(.timedOut, "the balloon is at \(now) MiB after \(limit), not at \(bytes >> 20)")
            }
            // QEMU reports changes of the balloon once a second at most, too late for a measurement: it is asked.
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
