import ArgumentParser
import ControlAPI
import ControlClient

struct ModeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mode",
        abstract: "Choose what becomes of decisions: on, watch (record only), or pause (targets stay).")

    @Argument(help: "on, watch or pause; without it, the mode is shown.")
    var mode: BudgetMode?

    @OptionGroup var options: ControlOptions

    func run() async throws {
        let client = options.client
        let budget = if let mode { try await client.setMode(mode) } else { try await client.budget() }
        if options.json { return try Output.json(["mode": budget.mode.rawValue]) }
        Output.line(budget.mode.sentence)
    }
}
