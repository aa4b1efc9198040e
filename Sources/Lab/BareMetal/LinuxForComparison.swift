import QMP

/// The same measurements with Linux's driver, on the same QEMU.
public struct LinuxForComparison: Sendable, Codable {
    public var kernel: KernelSeries
    public var initOnAlloc: Bool
    public var reporting: Bool
    public var inflatePagesPerSecond: Double
    public var bootSeconds: Double

    /// Boots, touches nearly all memory, and inflates as far as Linux goes without running out.
    public static func run(
        kernel: KernelSeries, initOnAlloc: Bool, reporting: Bool, in lab: LabEnvironment
    ) async throws -> LinuxForComparison {
        var configuration = MachineConfiguration(kernel: kernel)
        configuration.hasDisk = false
        configuration.initOnAlloc = initOnAlloc
        configuration.memory = .anonymous
        configuration.balloon = .forInflation(reporting: reporting)
        configuration.extraOptions = ["-S"]
        let machine = try await Machine.start(configuration, in: lab)
        do {
            let clock = ContinuousClock()
            let start = clock.now
            try await machine.qmp.execute("cont")
            try await machine.ready()
            let boot = (clock.now - start).seconds
            try await machine.touch(megabytes: 850)
            let bytes: UInt64 = 768 << 20
            let seconds = try await machine.qmp.inflate(to: bytes, of: machine.memorySize, within: .seconds(60))
            await machine.end()
            return LinuxForComparison(
                kernel: kernel, initOnAlloc: initOnAlloc, reporting: reporting,
                inflatePagesPerSecond: Double(bytes >> 12) / seconds, bootSeconds: boot)
        } catch {
            await machine.end()
            throw error
        }
    }
}

extension BalloonChoice {
    /// QEMU's device as both drivers are measured on it.
    static func forInflation(reporting: Bool) -> BalloonChoice {
        .qemu(properties: ["deflate-on-oom=on", "free-page-reporting=\(reporting ? "on" : "off")"])
    }
}
