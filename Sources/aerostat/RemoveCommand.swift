import ArgumentParser
import ControlAPI
import ControlClient

struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Stop serving a guest whose virtual machine has ended.")

    @Argument(help: "The guest's name.")
    var name: String

    @OptionGroup var options: ControlOptions

    func run() async throws {
        let accepted = try await options.client.remove(name)
        if options.json { return try Output.json(accepted) }
        Output.line(accepted.message)
    }
}
