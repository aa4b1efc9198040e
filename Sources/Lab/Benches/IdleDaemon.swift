/// What our daemon costs while a guest is connected and nothing happens: it should sleep, and never wake.
public struct IdleDaemon: Sendable {
    public var seconds = 5.0

    public init() {}

    /// Measures how often the daemon's threads are woken within ``seconds``.
    public func run(kernel: KernelSeries, in lab: LabEnvironment) async throws -> UInt64 {
        var configuration = MachineConfiguration(kernel: kernel)
        configuration.hasDisk = false
        let contender = Contender(.aerostat, deflatesOnOOM: true)
        return try await Rig.with(contender, configuration, in: lab) { rig in
            guard let daemon = rig.daemon else { throw LabError(.missing, "no daemon runs") }
            try await rig.inflate(to: 64 << 20)
            try await Task.sleep(for: .seconds(2))  // what the last request left behind
            let before = try ProcessActivity.voluntarySwitches(of: daemon.pid)
            try await Task.sleep(for: .seconds(seconds))
            let after = try ProcessActivity.voluntarySwitches(of: daemon.pid)
            return after - min(after, before)
        }
    }
}
