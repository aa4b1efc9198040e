/// The first act: a guest without enough memory outside its balloon, and a program that needs it.
public struct KilledOrAlive: Sendable {
    public struct Outcome: Sendable, Codable {
        public var kernel: KernelSeries
        public var contender: Contender
        public var isAlive: Bool
        /// From the program's start until it has verified all it touched; 0 if it was killed.
        public var seconds: Double
        public var badPages: UInt64
        /// What was in the balloon afterwards.
        public var leftBytes: UInt64
        /// Processes that the guest's kernel says it killed.
        public var kills: UInt64
    }

    public var guestMegabytes = 1024
    public var balloonMegabytes = 700
    public var programMegabytes = 600
    public var cpus = 1
    public var initOnAlloc: Bool?

    public init() {}

    /// Runs the experiment in one guest, from its boot to its end.
    public func run(_ contender: Contender, kernel: KernelSeries, in lab: LabEnvironment) async throws -> Outcome {
        var configuration = MachineConfiguration(kernel: kernel)
        configuration.megabytes = guestMegabytes
        configuration.hasDisk = false
        configuration.cpus = cpus
        configuration.initOnAlloc = initOnAlloc
        return try await Rig.with(contender, configuration, in: lab) { rig in
            try await rig.inflate(to: UInt64(balloonMegabytes) << 20)
            let eaten = try await rig.machine.eat(megabytes: programMegabytes)
            let left = try await rig.held()
            return Outcome(
                kernel: kernel, contender: contender, isAlive: eaten.isAlive, seconds: eaten.seconds,
                badPages: eaten.badPages, leftBytes: left, kills: try await rig.machine.memoryInfo()["oom_kill"] ?? 0)
        }
    }
}
