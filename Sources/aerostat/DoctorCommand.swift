import ArgumentParser
import Service

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check this host: what will not work, why, and what would help.",
        discussion: "The exit code is 1 if a check fails.")

    @Option(help: ArgumentHelp("The QEMU to check (default: each one in PATH).", valueName: "path"))
    var qemu: String?

    @Option(
        help: ArgumentHelp(
            "The daemon's YAML file: also check that there are enough file descriptors for its guests.",
            valueName: "file"))
    var config: String?

    @OptionGroup var options: ControlOptions

    func run() async throws {
        let guests = try config.map { try ServeCommand.file($0).guests.count }
        let findings = Doctor(qemu: qemu, control: options.path, guests: guests).findings()
        if options.json {
            try Output.json(findings)
        } else {
            var table = TextTable()
            for finding in findings {
                table.add([finding.outcome.rawValue, finding.check, finding.why])
                if let help = finding.help { table.add(["", "", "-> " + help]) }
            }
            Output.line(table.text())
        }
        if findings.contains(where: { $0.outcome == .fail }) { throw ExitCode.failure }
    }
}
