internal import ControlAPI
internal import ControlClient
internal import Foundation
internal import Linux
public import Load

/// One daemon with many guests, which are simulated: what it carries, what it costs, and whom it lets wait.
public struct ManyGuests: Sendable {
    /// What a daemon takes with all its guests connected and idle.
    public struct Idle: Sendable, Codable {
        public var guests: Int
        public var memory: ProcessMemory
        /// From its start until it answers.
        public var startSeconds: Double
        /// How long the status of all guests takes.
        public var statusSeconds: Double
        /// How often its threads were woken in five seconds.
        public var wakeups: UInt64
    }

    /// How long each load lasts.
    public var seconds = 3.0
    public var messagesInFlight = 1
    public var touchesPages = false
    public var threads = 2

    public init() {}

    /// A load by `guests` guests, the first `victims` of which are reported apart.
    public func load(_ guests: Int, victims: Int = 0, in lab: LabEnvironment) async throws -> LoadReport {
        let daemon = try await Self.daemon(guests, in: lab)
        var configuration = LoadConfiguration(sockets: Self.names(guests).map { daemon.socket(of: $0) })
        configuration.victims = victims
        configuration.messagesInFlight = messagesInFlight
        configuration.touchesPages = touchesPages
        configuration.threads = threads
        configuration.seconds = seconds
        let run = try LoadRun(configuration)
        let report = try await Self.onThread { try run.run() }
        try await daemon.stop()
        return report
    }

    /// Measures the daemon with `guests` guests that are connected and do nothing.
    public func idle(_ guests: Int, in lab: LabEnvironment) async throws -> Idle {
        let clock = ContinuousClock()
        let start = clock.now
        // A daemon needs a guest: with 0 there is one that nobody connects to.
        let daemon = try await Self.daemon(max(1, guests), in: lab)
        let startSeconds = (clock.now - start).seconds
        let sockets = Self.names(guests).map { daemon.socket(of: $0) }
        let crowd = try await Self.onThread { try IdleGuests(sockets: sockets) }
        let asked = clock.now
        let statuses = try await daemon.client.status()
        let statusSeconds = (clock.now - asked).seconds
        guard statuses.count(where: { $0.link == .driverReady }) == guests else {
            throw LabError(.refused, "not all of \(guests) guests are ready")
        }
        try await Task.sleep(for: .seconds(2))  // what the last request left behind
        let before = try ProcessActivity.voluntarySwitches(of: daemon.pid)
        try await Task.sleep(for: .seconds(5))
        let wakeups = try ProcessActivity.voluntarySwitches(of: daemon.pid) - before
        let memory = try ProcessMemory(of: daemon.pid)
        crowd.leave()
        try await daemon.stop()
        return Idle(
            guests: guests, memory: memory, startSeconds: startSeconds, statusSeconds: statusSeconds, wakeups: wakeups)
    }

    private static func names(_ guests: Int) -> [String] { (0..<guests).map { "g\($0)" } }

    private static func daemon(_ guests: Int, in lab: LabEnvironment) async throws -> Daemon {
        // For our side of a thousand connections; the daemon does the same for its own.
        try DescriptorLimit.raise()
        // The log is quiet: to write a thousand events a second is not part of what is measured.
        let all = names(guests).map {
            Daemon.Guest($0, "deflate-on-oom=on", "free-page-reporting=on", "free-page-hint=on")
        }
        return try await Daemon.start(all, arguments: ["--log-level", "warning"], in: lab)
    }

    /// Runs a call that blocks on a thread of its own, since the tasks' threads must not block.
    private static func onThread<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
