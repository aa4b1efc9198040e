import ArgumentParser
import ControlAPI
import ControlClient
import Service

struct AddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Serve one more guest, while the daemon runs.",
        discussion: "A guest is written as \(GuestOption.usage), with an absolute path.")

    @Argument(help: "The guest, as for serve --guest.")
    var guest: String

    @OptionGroup var options: ControlOptions

    func run() async throws {
        let accepted = try await options.client.add(guest)
        if options.json { return try Output.json(accepted) }
        Output.line(accepted.message)
    }
}
