import ArgumentParser
import ConformanceChecks
import Conformance
import Foundation

/// Plays guests against a vhost-user balloon, ours or another.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Test a vhost-user balloon with guests of our own, and say where it departs from VIRTIO.",
        discussion: """
            Prints TAP version 14. The exit code is 1 if anything is "not ok". No VMM may be connected to the socket. The \
            guests have memory of their own. Some of them attack the device, which should survive that.
            """)

    @Argument(help: "The socket on which the device waits for a VMM.")
    var socket: String

    @Flag(help: "Print JSON instead of TAP.")
    var json = false

    @Option(help: ArgumentHelp("Run only the checks of this row, such as \"spec V4\" or robustness.", valueName: "row"))
    var only: String?

    @Option(
        help: ArgumentHelp(
            "A shell command that makes the device begin free page hinting, as \"aerostat hint NAME\" does.",
            valueName: "command"))
    var hint: String?

    func run() async throws {
        var begin: (@Sendable () throws -> Void)?
        if let hint { begin = { try Self.shell(hint) } }
        let probe = Probe(path: socket, only: only, hint: begin)
        guard probe.count > 0 else {
            throw CommandFailure(
                "\((only ?? "").debugDescription) is not a row of the kit; try one such as "
                    + Probe.rows.prefix(3).joined(separator: ", "))
        }
        try probe.connect()
        if !json { Output.line(TAPReport.header(count: probe.count)) }
        var results: [CheckResult] = []
        probe.run { result in
            results.append(result)
            if !json { Output.line(TAPReport.lines(result, number: results.count)) }
        }
        if json { try Output.json(ProbeReport(socket: socket, results)) }
        if results.contains(where: \.isFailure) { throw ExitCode.failure }
    }

    private static func shell(_ command: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command]
        // TAP is all that standard output has.
        process.standardOutput = FileHandle.standardError
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CommandFailure("\(command.debugDescription) ended with code \(process.terminationStatus)")
        }
    }
}
