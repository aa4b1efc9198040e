import Foundation
public import QMP

/// The bootable tester in a machine of QEMU's with one balloon.
public struct TesterFlight: Sendable {
    public var name: String
    public var configuration: BareMachineConfiguration
    /// How long all checks together may take.
    public var limit = Duration.seconds(300)
    /// Makes the device begin free page hinting.
    public var hint: @Sendable (QMPConnection) async throws -> Void

    public init(
        _ name: String, _ configuration: BareMachineConfiguration,
        hint: @escaping @Sendable (QMPConnection) async throws -> Void = { _ in }
    ) {
        self.name = name
        self.configuration = configuration
        self.configuration.image = .tester
        self.hint = hint
    }

    /// Boots the tester and reads its report to the end.
    ///
    /// - Parameter progress: is given the number of each result.
    public func run(in lab: LabEnvironment, _ progress: @Sendable (Int) -> Void = { _ in }) async throws
        -> ConformanceResult
    {
        if let missing = lab.missing(for: configuration.architecture) { throw LabError(.missing, missing) }
        let emulator = try Emulator(in: lab) { _ in configuration.commandLine(lab) }
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        let serial = LineConnection(
            descriptor: emulator.serial, name: "tester", onLine: { continuation.yield($0) },
            onEnd: { continuation.finish() })
        let limit = limit
        let watchdog = Task {
            // If it is cancelled, the tester has come to its end.
            if (try? await Task.sleep(for: limit)) != nil { emulator.process.signal(SIGKILL) }
        }
        defer { watchdog.cancel() }
        do {
            try await emulator.qmp.negotiate(within: .seconds(30))
            var reader = TAPReader(name)
            for await line in lines {
                if line.hasPrefix("# please begin free page hinting") {
                    // Where it cannot begin, the tester finds that nobody asks, and skips.
                    try? await hint(emulator.qmp)
                }
                reader.read(line)
                if let number = reader.number { progress(number) }
            }
            let exit = try? await emulator.process.exited(within: .seconds(10))
            let log = emulator.process.logTail()
            await emulator.end()
            withExtendedLifetime(serial) {}
            return reader.finish(exit.map { "QEMU \($0)\n\(log)" } ?? "QEMU does not end")
        } catch {
            await emulator.end()
            throw error
        }
    }
}

/// Makes a result of TAP, line by line.
struct TAPReader {
    private var result: ConformanceResult
    private var plan: Int?
    private var last: String?
    /// Of the result that was read last.
    private(set) var number: Int?

    init(_ device: String) { result = ConformanceResult(device) }

    mutating func read(_ line: String) {
        if let plan = TAPLine.plan(line) {
            self.plan = plan
        } else if let entry = TAPLine(line) {
            let kind: ConformanceOutcome.Kind = entry.skip != nil ? .skipped : entry.isOK ? .passed : .departed
            result.add(entry.title, ConformanceOutcome(kind, entry.skip))
            last = entry.title
            number = entry.number
        } else if let message = TAPLine.message(line), let last {
            result.outcomes[last]?.reason = message
        } else if line.hasPrefix("Bail out!") {
            result.fault = line
        }
    }

    /// - Parameter end: how the machine ended.
    func finish(_ end: String) -> ConformanceResult {
        var result = result
        if result.fault == nil, number == nil || number != plan {
            result.fault = "the tester ended after \(number ?? 0) of \(plan ?? 0) checks: \(end)"
        }
        return result
    }
}
