/// The second act: a guest that lives on its page cache, a full balloon, and a program that takes memory.
///
/// A guest can be lost though nobody is killed. What counts is how fast it reads when the program has its memory.
public struct AliveAndWell: Sendable {
    public struct Outcome: Sendable, Codable {
        public var kernel: KernelSeries
        public var contender: Contender
        public var isAlive: Bool
        /// From the program's start until it has verified all it touched.
        public var seconds: Double
        public var badPages: UInt64
        public var badReads: UInt64
        /// What was in the balloon at the end.
        public var leftBytes: UInt64
        /// Reads per second in the second before the program starts, ...
        public var before: Double
        /// ... while it takes its memory, ...
        public var during: Double
        /// ... in the two seconds after it has it, and in the two seconds after those.
        public var first: Double
        public var second: Double
    }

    public var guestMegabytes = 1024
    public var balloonMegabytes = 600
    public var fileMegabytes = 280
    public var programMegabytes = 480
    /// Our daemon asks the guest how it is this often, in seconds: the cache is gone within 0.3 s, and the first
    /// out-of-memory deflation comes 1.3 s after that.
    public var statisticsInterval = 0.25

    public init() {}

    /// Runs the experiment in one guest, from its boot to its end.
    public func run(_ contender: Contender, kernel: KernelSeries, in lab: LabEnvironment) async throws -> Outcome {
        var configuration = MachineConfiguration(kernel: kernel)
        configuration.megabytes = guestMegabytes
        configuration.cpus = 2
        configuration.initOnAlloc = false
        return try await Rig.with(contender, configuration, statisticsInterval: statisticsInterval, in: lab) { rig in
            try await rig.inflate(to: UInt64(balloonMegabytes) << 20)
            try await rig.machine.startReader(megabytes: fileMegabytes)
            try await Task.sleep(for: .seconds(1))  // the window `before`
            let eaten = try await rig.machine.eat(megabytes: programMegabytes, holdSeconds: 4.3)
            let left = try await rig.held()
            let series = try await rig.machine.readSeries()
            func rate(_ from: UInt64, _ to: UInt64) -> Double { series.rate(from: from, to: to) ?? 0 }
            let second: UInt64 = 1_000_000_000
            return Outcome(
                kernel: kernel, contender: contender, isAlive: eaten.isAlive, seconds: eaten.seconds,
                badPages: eaten.badPages, badReads: series.badReads, leftBytes: left,
                before: rate(eaten.started - min(eaten.started, second * 8 / 10), eaten.started),
                during: rate(eaten.started, eaten.had),
                first: rate(eaten.had, eaten.had + 2 * second),
                second: rate(eaten.had + 2 * second, eaten.had + 4 * second))
        }
    }
}
