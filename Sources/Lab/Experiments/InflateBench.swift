/// How long it takes until the host has 512 MiB of touched memory back, seen from outside.
public struct InflateBench: Sendable {
    public struct Outcome: Sendable, Codable {
        public var kernel: KernelSeries
        public var contender: Contender
        public var initOnAlloc: Bool?
        /// From the request until the memory file has shrunk by all that the balloon takes.
        public var seconds: Double
        public var freedBytes: UInt64
    }

    public var guestMegabytes = 1024
    public var touchedMegabytes = 896
    public var balloonMegabytes = 512
    /// What the guest may allocate anew meanwhile.
    public var toleranceMegabytes = 4

    public init() {}

    /// `runs` measurements in one guest; the balloon is emptied, and the memory touched, before each.
    public func run(
        _ contender: Contender, kernel: KernelSeries, initOnAlloc: Bool?, runs: Int, in lab: LabEnvironment
    ) async throws -> [Outcome] {
        var configuration = MachineConfiguration(kernel: kernel)
        configuration.megabytes = guestMegabytes
        configuration.hasDisk = false
        configuration.initOnAlloc = initOnAlloc
        return try await Rig.with(contender, configuration, in: lab) { rig in
            let file = try rig.machine.memoryFile()
            let balloon = UInt64(balloonMegabytes) << 20
            var outcomes: [Outcome] = []
            for _ in 0..<runs {
                try await rig.inflate(to: 0)
                try await rig.machine.touch(megabytes: touchedMegabytes)
                let before = file.allocated
                let goal = before - balloon + UInt64(toleranceMegabytes) << 20
                async let asked: Void = rig.ask(balloon)
                let seconds = try await file.seconds(untilAtMost: goal, within: .seconds(60))
                try await asked
                try await rig.inflate(to: balloon)
                let freed = before - min(before, file.allocated)
                outcomes.append(
                    Outcome(
                        kernel: kernel, contender: contender, initOnAlloc: initOnAlloc, seconds: seconds,
                        freedBytes: freed))
            }
            return outcomes
        }
    }
}
