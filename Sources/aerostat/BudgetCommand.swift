import ArgumentParser
import ControlAPI

struct BudgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budget", abstract: "Show how the host's memory is shared among its guests.")

    @OptionGroup var options: ControlOptions

    func run() async throws {
        let budget = try await options.client.budget()
        if options.json { return try Output.json(budget) }
        Output.line(BudgetText.details(budget))
    }
}
