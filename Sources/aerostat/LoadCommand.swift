import ArgumentParser
import Foundation
import Glibc
import Load
import Service

/// Many simulated guests before vhost-user balloons.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load vhost-user balloons with simulated guests at full speed, and measure.",
        discussion: """
            Each guest has a socket of its own, without a VMM, and memory of ours. It inflates 28 MiB in messages of \
            256 pages, deflates them, and so on. Latency is from a kick until the message is used. SIGINT ends the \
            load early. Exit code 0 if every message was answered.
            """)

    @Argument(help: "The devices' sockets; a pattern such as '/run/aerostat/*.sock' names all that it matches.")
    var sockets: [String]

    @Option(help: "How many guests; the first so many sockets are taken. One for each socket if left out.")
    var guests: Int?

    @Option(help: "How long, in seconds; 0: until SIGINT.")
    var seconds = 10.0

    @Option(help: "The first so many guests are reported apart; they inflate and deflate one message in turns.")
    var victims = 0

    @Option(help: "Messages that each other guest has in flight, 1 to 64; Linux has 1.")
    var inFlight = 1

    @Option(help: "Threads that the guests are spread over; victims have one more.")
    var threads = 4

    @Flag(help: "Write the pages before they are inflated, so that the host has memory to take back.")
    var touch = false

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        guard seconds >= 0, seconds.isFinite else { throw ValidationError("--seconds takes 0 or more") }
        guard threads > 0 else { throw ValidationError("--threads takes 1 or more") }
        var configuration = LoadConfiguration(sockets: try SocketPatterns.sockets(of: sockets, guests: guests))
        configuration.victims = victims
        configuration.messagesInFlight = inFlight
        configuration.touchesPages = touch
        configuration.threads = threads
        configuration.seconds = seconds > 0 ? seconds : nil
        let load = try LoadRun(configuration)
        let signals = StopSignals()
        let listening = Task { for await _ in signals.names { load.stop() } }
        let progress = LoadProgressLine(load)
        let watching = Task { await progress.follow() }
        let report = try await onThread { try load.run() }
        watching.cancel()
        await watching.value
        signals.cancel()
        listening.cancel()
        if json { try Output.json(report) } else { LoadText(report).lines.forEach(Output.line) }
        for failure in report.failures { Output.error("aerostat: \(failure)\n") }
        if !report.failures.isEmpty { throw ExitCode.failure }
    }

    /// The load blocks its thread, which must not be one of the tasks'.
    private func onThread(_ body: @escaping @Sendable () throws -> LoadReport) async throws -> LoadReport {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }
}
