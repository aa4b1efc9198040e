import Synchronization

/// How long a balloon takes to grow, what that costs the host, and what the host gets for it; all seen from outside.
public struct InflateBench: Sendable {
    /// What is measured: one row of the table.
    public struct Subject: Sendable, Hashable, Codable {
        public var contender: Contender
        public var kernel: KernelSeries
        public var situation: InflateCase
        /// `nil`: the kernel's default, which is to zero.
        public var initOnAlloc: Bool?

        public init(
            _ contender: Contender, _ kernel: KernelSeries, _ situation: InflateCase = .touched,
            initOnAlloc: Bool? = nil
        ) {
            self.contender = contender
            self.kernel = kernel
            self.situation = situation
            self.initOnAlloc = initOnAlloc
        }
    }

    public struct Outcome: Sendable, Codable {
        public var subject: Subject
        /// From the request until the host's memory file has shrunk as far as it will; for a fresh guest, until it
        /// reports its balloon.
        public var seconds: Double
        /// Processor time of the VMM, the guest's own included, and of the daemon.
        public var processorSeconds: Double
        public var balloonBytes: UInt64
        public var freedBytes: UInt64

        /// Processor seconds for each GiB of balloon.
        public var processorSecondsPerGiB: Double { processorSeconds / Double(balloonBytes) * Double(1 << 30) }
    }

    public init() {}

    /// One measurement in a guest of its own.
    public func run(_ subject: Subject, in lab: LabEnvironment) async throws -> Outcome {
        var configuration = MachineConfiguration(kernel: subject.kernel)
        configuration.hasDisk = subject.situation.needsDisk
        configuration.initOnAlloc = subject.initOnAlloc
        return try await Rig.with(subject.contender, configuration, in: lab) { rig in
            try await rig.inflate(to: 0)
            try await subject.situation.prepare(rig.machine)
            return try await measure(subject, rig)
        }
    }

    private func measure(_ subject: Subject, _ rig: Rig) async throws -> Outcome {
        let file = try rig.machine.memoryFile()
        let balloon = subject.situation.balloon
        let before = file.allocated
        let busy = try rig.processorSeconds()
        let clock = ContinuousClock()
        let start = clock.now
        let reported = Mutex(0.0)
        let shrunk = try await file.seconds(
            shrinkingDuring: {
                try await rig.inflate(to: balloon)
                reported.withLock { $0 = (clock.now - start).seconds }
            }, within: .seconds(60))
        let seconds = subject.situation == .fresh ? reported.withLock { $0 } : shrunk
        let processor = try rig.processorSeconds() - busy
        let freed = before - min(before, file.allocated)
        return Outcome(
            subject: subject, seconds: seconds, processorSeconds: processor, balloonBytes: balloon, freedBytes: freed)
    }
}
