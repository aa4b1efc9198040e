import ControlAPI
import ControlClient

/// A guest whose working set does not quite fit beside its balloon: it is thrown out of the page cache and read in again for
/// ever. Reclaim never fails, so there is no out-of-memory deflation: only statistics tell.
public struct OnItsKnees: Sendable {
    public struct Outcome: Sendable, Codable {
        public var contender: Contender
        /// Seconds from when the working set began to be thrown out until the alarm, ...
        public var seen: Double?
        /// ... until the guest was sent a lower target, and until it read at a quarter of its speed again: it varies by a factor of
        /// three with where the guest's threads run, and on its knees it is a thousandth. `nil`: never.
        public var told: Double?
        public var mended: Double?
        /// What the daemon said.
        public var reason: String?
        /// Seconds for which the working set had been thrown out when the guest was last looked at; 0: it was not.
        public var thrashing: Double
        /// Reads a second in the last two seconds.
        public var reads: Double
        public var badReads: UInt64
        /// What the guest took back unasked, and what was in the balloon at the end.
        public var takenBackBytes: UInt64
        public var leftBytes: UInt64
    }

    public var guestMegabytes = 1024
    public var balloonMegabytes = 600
    /// More than fits: with 280 MiB a guest settles by itself now and then.
    public var fileMegabytes = 300
    /// Our daemon asks the guest how it is this often, in seconds.
    public var statisticsInterval = 1.0
    /// How long (s) a guest that nobody mends is watched, and how long an alarm is waited for.
    public var patience = 10.0
    /// 16 MiB a second that are read in again, in pages, are a working set that is thrown out.
    private let thrashingRate = 4096.0

    public init() {}

    /// Runs the experiment in one guest, from its boot to its end.
    public func run(_ contender: Contender, kernel: KernelSeries, in lab: LabEnvironment) async throws -> Outcome {
        var configuration = MachineConfiguration(kernel: kernel)
        configuration.megabytes = guestMegabytes
        configuration.cpus = 2
        configuration.initOnAlloc = false
        return try await Rig.with(contender, configuration, statisticsInterval: statisticsInterval, in: lab) { rig in
            try await rig.inflate(to: UInt64(balloonMegabytes) << 20)
            let clock = try await GuestClock(of: rig.machine)
            try await rig.machine.startReader(megabytes: fileMegabytes)
            if let daemon = rig.daemon {
                _ = try await daemon.client.wait(for: Rig.guest, deadline: .seconds(patience)) { status in
                    status.state == .holdOff ? true : nil
                }
                try await Task.sleep(for: .seconds(2.5))  // the window `reads`
            } else {
                try await Task.sleep(for: .seconds(contender == .none ? 2.5 : patience))  // what is watched
            }
            return try await outcome(rig, clock)
        }
    }

    private func outcome(_ rig: Rig, _ clock: GuestClock) async throws -> Outcome {
        let left = try await rig.held()
        let series = try await rig.machine.readSeries()
        let end = series.samples.last?.time ?? 0
        let reads = series.rate(from: end - min(end, 2_000_000_000), to: end) ?? 0
        let since = series.thrashing(until: end, above: thrashingRate)
        var outcome = Outcome(
            contender: rig.contender, thrashing: since.map { Double(end - $0) / 1e9 } ?? 0, reads: reads,
            badReads: series.badReads, takenBackBytes: 0, leftBytes: left)
        guard let daemon = rig.daemon else {
            if rig.contender.device == .qemu {
                outcome.takenBackBytes = (UInt64(balloonMegabytes) << 20) - min(left, UInt64(balloonMegabytes) << 20)
            }
            return outcome
        }
        outcome.takenBackBytes = try await daemon.client.status(of: Rig.guest).counters.unsolicitedBytes.bytes
        var alarm: UInt64?
        for try await event in daemon.client.events() {
            if event.kind == .alarm, alarm == nil {
                let time = try clock.time(of: event.timestamp)
                // Trouble that had not lasted half a second, or came and went, is dated from its first page.
                let since = series.thrashing(until: time, above: thrashingRate) ?? series.firstRefault ?? time
                alarm = time
                outcome.reason = event.message
                outcome.seen = max(0, Double(time) - Double(since)) / 1e9
                outcome.mended = series.reading(at: reads / 4, from: time).map { Double($0 - since) / 1e9 }
            } else if event.kind == .target, let alarm, let seen = outcome.seen {
                outcome.told = seen + (Double(try clock.time(of: event.timestamp)) - Double(alarm)) / 1e9
                break
            }
        }
        return outcome
    }
}
