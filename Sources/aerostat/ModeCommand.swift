import ArgumentParser
import ControlAPI
import ControlClient

struct ModeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mode",
        abstract:
            "Show or choose what becomes of decisions under a budget: on, watch (record only), or pause (targets stay)."
    )

    @Argument(help: "The mode to choose; the present one is shown if left out.")
    var mode: BudgetMode?

    @OptionGroup var options: ControlOptions

    func run() async throws {
        let client = options.client
        let budget = if let mode { try await client.setMode(mode) } else { try await client.budget() }
        if options.json { return try Output.json(["mode": budget.mode.rawValue]) }
        Output.line(budget.mode.sentence)
    }
}
