import ArgumentParser
import ControlAPI
import ControlClient
import Service

struct AddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Serve one more guest, while the daemon runs.",
        discussion: "The guest is served until the daemon ends; it is not written into the configuration file.")

    @Argument(
        help:
            "The guest, written as for \"aerostat serve --guest\", with an absolute path: NAME,socket=PATH,KEY=VALUE,..."
    )
    var guest: String

    @OptionGroup var options: ControlOptions

    func run() async throws {
        let accepted = try await options.client.add(guest)
        if options.json { return try Output.json(accepted) }
        Output.line(accepted.message)
    }
}
