import ArgumentParser
import ControlAPI
import ControlClient

struct HintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hint", abstract: "Ask a guest which pages are free. They are counted; nothing is discarded.")

    @Argument(help: "The guest's name.")
    var name: String

    @OptionGroup var options: ControlOptions

    func run() async throws {
        let accepted = try await options.client.hint(name)
        if options.json { return try Output.json(accepted) }
        Output.line(accepted.message)
    }
}
