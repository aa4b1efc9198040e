import ArgumentParser
import ControlAPI
import ControlClient

struct BudgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budget",
        abstract: "Show how the host's memory is shared among its guests, or choose another budget.")

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Lend the guests this much from now on, until the daemon ends: 24G, or 80% or \"all but 4G\" of the host's memory.",
            valueName: "size"))
    var size: String?

    @OptionGroup var options: ControlOptions

    func validate() throws {
        guard let size else { return }
        do { _ = try BudgetSize(parsing: size) } catch { throw ValidationError("--set: \(error)") }
    }

    func run() async throws {
        let client = options.client
        let budget = if let size { try await client.setBudget(size) } else { try await client.budget() }
        if options.json { return try Output.json(budget) }
        Output.line(BudgetText.details(budget))
    }
}
