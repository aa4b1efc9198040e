import ArgumentParser
import ControlAPI
import ControlClient

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a guest is as it is: the newest decisions about it, who paid, who gained, how long it took.")

    @Argument(help: "The guest's name.")
    var name: String

    @OptionGroup var options: ControlOptions

    func run() async throws {
        let explanation = try await options.client.explain(name)
        if options.json { return try Output.json(explanation) }
        Output.line(BudgetText.explanation(explanation))
    }
}
