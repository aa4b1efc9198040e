import ArgumentParser
import ControlAPI
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
        var control = options.control
        var guests: [GuestConfiguration] = []
        if let config {
            let file = try Self.file(config)
            control = control ?? file.control
            guests = file.guests
        }
        guests += try guest.map { try GuestOption.parse($0) }
        guard !guests.isEmpty else {
            throw CommandFailure("no guest to serve: write --guest NAME,socket=PATH or name a file with --config")
        }
        return try DaemonConfiguration(control: control ?? options.path, guests: guests)
    }

    /// Reads a configuration file.
    static func file(_ path: String) throws -> ConfigurationFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure("\(path): the configuration file cannot be read")
        }
        return try ConfigurationFile(text: String(decoding: data, as: UTF8.self), file: path)
    }
}
