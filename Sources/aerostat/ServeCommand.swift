public import ArgumentParser
public import ControlAPI
import Foundation
import Logging
import Service

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the daemon.",
        discussion: "A guest is written as \(GuestOption.usage); a configuration file has the same keys.")

    @Option(help: ArgumentHelp("A guest to serve; may be given more than once.", valueName: "guest"))
    var guest: [String] = []

    @Option(
        help: ArgumentHelp(
            "A YAML file with \"control: PATH\" and \"guests: {NAME: {socket: PATH, ...}}\".", valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "What the host lends to all guests together: 24G, 80%, or \"all but 4G\". Without it each guest is steered for itself.",
            valueName: "size"))
    var budget: String?

    @Option(
        help: ArgumentHelp(
            "With a budget: on writes targets, watch only records what it would do (default: on).",
            valueName: "on|watch"))
    var mode: BudgetMode?

    @Option(help: "What is logged to standard error, and what is worse.")
    var logLevel = LogLevel.info

    @OptionGroup var options: ControlOptions

    func run() async throws {
        let configuration = try configuration()
        LoggingSystem.bootstrap { QueuedLogHandler(label: $0, logLevel: logLevel.level) }
        defer { LogWriter.shared.drain() }
        let json = options.json
        try await Daemon(configuration: configuration, logger: Logger(label: "aerostat")).run { line in
            Output.line(json ? #"{"ready":true}"# : "aerostat: \(line)")
        }
    }

    private func configuration() throws -> DaemonConfiguration {
        let file = try config.map { try Self.file($0) }
        let guests = try (file?.guests ?? []) + guest.map { try GuestOption.parse($0) }
        let budget = try budget(file, guests)
        guard !guests.isEmpty || budget != nil else {
            throw CommandFailure(
                "no guest to serve: write --guest NAME,socket=PATH (or vfio-user=PATH), or name a file with --config")
        }
        return try DaemonConfiguration(
            control: options.control ?? file?.control ?? options.path, guests: guests, budget: budget)
    }

    private func budget(_ file: ConfigurationFile?, _ guests: [GuestConfiguration]) throws -> BudgetConfiguration? {
        let mode = mode ?? file?.mode
        guard let size = try budget.map({ try BudgetSize(parsing: $0) }) ?? file?.budget else {
            guard mode == nil else { throw CommandFailure("a mode is of use with a budget only: write --budget, too") }
            return nil
        }
        return try BudgetConfiguration(size, mode: mode ?? .on, host: BudgetConfiguration.hostMemory(), guests: guests)
    }

    /// Reads a configuration file.
    static func file(_ path: String) throws -> ConfigurationFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path): the configuration file cannot be read")
        }
        return try ConfigurationFile(text: String(decoding: data, as: UTF8.self), file: path)
    }
}

extension BudgetMode: ExpressibleByArgument {}
