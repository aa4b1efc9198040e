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
            Each guest needs a socket of its own to which no VMM is connected; its memory is this program's. It inflates \
            28 MiB in messages of 256 pages, deflates them, and so on. Latency is the time from a kick until the message \
            is used. SIGINT ends the load early. The exit code is 1 if a message was not answered.
            """)

    @Argument(
        help: "The devices' sockets; a quoted pattern such as '/run/aerostat/*.sock' stands for all that it matches.")
    var sockets: [String]

    @Option(help: "How many guests to play, on the first sockets (default: one on each).")
    var guests: Int?

    @Option(help: "How many seconds to run; 0: until SIGINT.")
    var seconds = 10.0

    @Option(
        help:
            "How many of the guests are victims: they inflate and deflate one message by turns, and are measured apart."
    )
    var victims = 0

    @Option(help: "How many messages each other guest has in flight, 1 to 64; Linux has 1.")
    var inFlight = 1

    @Option(help: "How many threads play the guests; victims have one more.")
    var threads = 4

    @Flag(help: "Write the pages before they are inflated, so that the host has memory to take back.")
    var touch = false

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() async throws {
        guard seconds >= 0, seconds.isFinite else { throw ValidationError("--seconds \(seconds): write 0 or more") }
        guard threads > 0 else { throw ValidationError("--threads \(threads): write 1 or more") }
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
