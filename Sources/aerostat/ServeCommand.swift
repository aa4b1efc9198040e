public import ArgumentParser
public import ControlAPI
import Foundation
import Glibc
import Logging
import Service

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the daemon that serves the guests' balloons.",
        discussion: """
            A guest is written as NAME,socket=PATH for a VMM that speaks vhost-user, or NAME,vfio-user=PATH, followed by any \
            of these keys, each after a comma: \(GuestOption.keys). For example:

              --guest web1,socket=/run/aerostat/web1.sock,max=4G,deflate-on-oom=on

            A configuration file has the same keys. docs/Configuration.md explains them.
            """)

    @Option(help: ArgumentHelp("A guest to serve; may be given more than once.", valueName: "guest"))
    var guest: [String] = []

    @Option(
        help: ArgumentHelp(
            "A YAML file with \"guests: {NAME: {socket: PATH, ...}}\". It may also have \"control\", \"budget\" and \"mode\"; an option given here takes precedence.",
            valueName: "file"))
    var config: String?

    @Option(
        help: ArgumentHelp(
            "What the host lends to all guests together: 24G, or 80% or \"all but 4G\" of its memory. Without it each guest is steered for itself.",
            valueName: "size"))
    var budget: String?

    @Option(
        help: ArgumentHelp(
            "What becomes of decisions under a budget: on writes targets, watch only records what it would do, pause leaves every target as it is (default: on).",
            valueName: "mode"))
    var mode: BudgetMode?

    @Option(help: ArgumentHelp("Log messages of this level and worse to standard error.", valueName: "level"))
    var logLevel = LogLevel.info

    @OptionGroup var options: ControlOptions

    func run() async throws {
        let configuration = try configuration()
        // A terminal that is closed ends no guest's balloon.
        signal(SIGHUP, SIG_IGN)
        LoggingSystem.bootstrap { QueuedLogHandler(label: $0, logLevel: logLevel.level) }
        defer { LogWriter.shared.drain() }
        let json = options.json
        try await Daemon(configuration: configuration, logger: Logger(label: "aerostat")).run { line in
            // Guests are served whether or not anybody reads this.
            Output.note(json ? #"{"ready":true}"# : "aerostat: \(line)")
        }
    }

    private func configuration() throws -> DaemonConfiguration {
        let file = try config.map { try Self.file($0) }
        let guests = try (file?.guests ?? []) + guest.map { try GuestOption.parse($0) }
        let budget = try budget(file, guests)
        guard !guests.isEmpty || budget != nil else {
            throw CommandFailure(
                (config.map { "\($0): " } ?? "")
                    + "no guest to serve: write --guest NAME,socket=PATH (or vfio-user=PATH), or name a file with --config"
            )
        }
        return try DaemonConfiguration(
            control: options.control ?? file?.control ?? options.path, guests: guests, budget: budget)
    }

    private func budget(_ file: ConfigurationFile?, _ guests: [GuestConfiguration]) throws -> BudgetConfiguration? {
        let mode = mode ?? file?.mode
        let source = config.map { budget == nil ? "\($0): " : "" } ?? ""
        guard let size = try budget.map(Self.size) ?? file?.budget else {
            guard mode == nil else {
                throw CommandFailure("\(source)a mode is of use with a budget only: give a budget, too")
            }
            return nil
        }
        do {
            return try BudgetConfiguration(
                size, mode: mode ?? .on, host: BudgetConfiguration.hostMemory(), guests: guests)
        } catch {
            throw CommandFailure("\(source)\(error)")
        }
    }

    private static func size(_ text: String) throws -> BudgetSize {
        do { return try BudgetSize(parsing: text) } catch { throw CommandFailure("--budget \(error)") }
    }

    /// Reads a configuration file.
    static func file(_ path: String) throws -> ConfigurationFile {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure("\(path): the configuration file cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw CommandFailure(
                    "\(path): the configuration file cannot be read: \(String(cString: strerror(errno)))")
            }
            guard count > 0 else { break }
            text += chunk.prefix(count)
            guard text.count <= 16 << 20 else { throw CommandFailure("\(path): no configuration: over 16 MiB") }
        }
        return try ConfigurationFile(text: String(decoding: text, as: UTF8.self), file: path)
    }
}

extension BudgetMode: ExpressibleByArgument {}
