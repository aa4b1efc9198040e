internal import ControlAPI
internal import ControlClient
internal import Foundation
internal import Linux
internal import Load
internal import Synchronization
internal import VhostUser

/// How long it takes from a page that a guest takes back unasked until others have been told to pay: a real daemon with
/// 100 guests, all of them played here, one after another taking pages back.
public struct ReactionBench: Sendable {
    /// One alarm, in microseconds.
    public struct Outcome: Codable, Sendable {
        /// By the daemon's clock, from the deflation being seen until the last of the payers had been told.
        public var inside: Double
        /// From the kick of the deflate queue until the first and the last of the payers that were asked at once ran and
        /// knew: with their threads' wake-ups, beside the daemon's on the same processors.
        public var first: Double
        public var last: Double
        public var payers: Int
    }

    public struct Report: Sendable {
        public var outcomes: [Outcome]
        /// Microseconds of eventfd round trips between two threads.
        public var roundTrips: [Double]
    }

    public static let guests = 100
    /// How many of them take pages back.
    private static let takers = 10
    private static let takerSize: UInt64 = 640 << 20
    private static let takerVisible: UInt64 = 64 << 20
    /// Bytes that payers say they use.
    private static let used: UInt64 = 20 << 20
    /// Nanoseconds: a payer that is told later than this after the one before belongs to another event.
    private static let gap: UInt64 = 2_000_000

    public init() {}

    /// Starts one daemon after another until `alarms` alarms have been measured.
    public func run(alarms: Int, in lab: LabEnvironment, progress: @Sendable (Int) -> Void) async throws -> Report {
        var outcomes: [Outcome] = []
        var roundTrips: [Double] = []
        while outcomes.count < alarms {
            roundTrips += try await onOwnThread { try Self.roundTrips(200) }
            let some = try await oneDaemon(in: lab)
            guard !some.isEmpty else { throw LabError(.refused, "no guest was asked to pay for an alarm") }
            outcomes += some
            progress(outcomes.count)
        }
        return Report(outcomes: outcomes, roundTrips: roundTrips)
    }

    private func oneDaemon(in lab: LabEnvironment) async throws -> [Outcome] {
        let payerSize = try Self.payerSize()
        let payers = Self.guests - Self.takers
        let visible = UInt64(payers) * payerSize + UInt64(Self.takers) * Self.takerVisible
        var guests = (0..<Self.takers).map {
            Daemon.Guest(
                "taker\($0)", "max=\(Self.takerSize)", "deflate-on-oom=on", "statistics-interval=0.2",
                "sees=\(Self.takerVisible)")
        }
        guests += (0..<payers).map {
            Daemon.Guest("payer\($0)", "max=\(payerSize)", "deflate-on-oom=on", "statistics-interval=0.2")
        }
        // With the slack of a 32nd, so that nobody is asked for anything before the first alarm.
        let budget = visible / 4096 * 33 / 32 * 4096 + (16 << 20)
        let daemon = try await Daemon.start(guests, arguments: ["--budget", "\(budget)", "--mode", "on"], in: lab)
        let sockets = (
            takers: Self.sockets("taker", Self.takers, daemon), payers: Self.sockets("payer", payers, daemon)
        )
        let stage = try await onOwnThread { try ReactionStage(sockets, payerSize) }
        let client = daemon.client
        let latest: @Sendable () throws -> Double = {
            try Self.wait { (try await client.budget().reaction.latestSeconds ?? 0) * 1e6 }
        }
        let outcomes = try await onOwnThread { try stage.play(gap: Self.gap, latest: latest) }
        try await daemon.stop()
        return outcomes
    }

    /// Waits for something asynchronous on a thread that may block.
    private static func wait<Answer: Sendable>(_ body: @escaping @Sendable () async throws -> Answer) throws -> Answer {
        let answer = Mutex<Swift.Result<Answer, any Error>?>(nil)
        let isThere = DispatchSemaphore(value: 0)
        Task {
            let result: Swift.Result<Answer, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            answer.withLock { $0 = result }
            isThere.signal()
        }
        isThere.wait()
        guard let result = answer.withLock({ $0 }) else { throw LabError(.system, "a task ended without an answer") }
        return try result.get()
    }

    private static func sockets(_ name: String, _ count: Int, _ daemon: Daemon) -> [String] {
        (0..<count).map { daemon.socket(of: "\(name)\($0)") }
    }

    /// Bytes of a payer, as many as this host's memory allows.
    private static func payerSize() throws -> UInt64 {
        let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        let words = text.split(separator: "\n").first?.split(separator: " ") ?? []
        let host = words.count > 1 ? (UInt64(words[1]) ?? 0) << 10 : 0
        let size = min(200 << 20, host / 100 * 75 / UInt64(guests - takers)) / 4096 * 4096
        guard size >= 128 << 20 else {
            throw LabError(.missing, "a budget for \(guests) guests needs a host with 16 GiB; nothing of it is used")
        }
        return size
    }

    /// Microseconds from a signal until its answer, between two threads that wait for each other, each on a processor of its
    /// own as the reactors are: where the kernel puts both on one, a trip takes a quarter of the time.
    ///
    /// The calling thread stays where it is put.
    private static func roundTrips(_ count: Int) throws -> [Double] {
        let processors = Processors.usable()
        let there = try EventCounter()
        let back = try EventCounter()
        let (from, to) = (there.descriptor.raw, back.descriptor.raw)
        let far = Thread {
            if let last = processors.last { try? Processors.pinThread(to: last) }
            let mine = EventCounter(owning: OwnedDescriptor(owning: dup(from)))
            let other = EventCounter(owning: OwnedDescriptor(owning: dup(to)))
            for _ in 0..<count {
                guard (try? Readiness.awaitReadable(mine.descriptor.raw, until: .max)) == true else { return }
                _ = mine.drain()
                other.signal()
            }
        }
        if let first = processors.first { try Processors.pinThread(to: first) }
        far.start()
        var times: [Double] = []
        for _ in 0..<count {
            let start = MonotonicClock.now()
            there.signal()
            guard try Readiness.awaitReadable(back.descriptor.raw, until: start + 5_000_000_000) else {
                throw LabError(.timedOut, "an eventfd was not answered")
            }
            _ = back.drain()
            times.append(Double(MonotonicClock.now() - start) / 1000)
        }
        return times
    }
}

/// Runs a call that blocks on a thread of its own.
private func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
    }
}
