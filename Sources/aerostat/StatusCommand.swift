import ArgumentParser
import ControlAPI
import ControlClient

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show all guests in a table, or everything about one.")

    @Argument(help: "The guest's name; all guests if left out.")
    var name: String?

    @OptionGroup var options: ControlOptions

    func run() async throws {
        if let name {
            let guest = try await options.client.status(of: name)
            if options.json { return try Output.json(guest) }
            return Output.line(StatusText.details(guest))
        }
        let guests = try await options.client.status()
        if options.json { return try Output.json(guests) }
        Output.line(StatusText.list(guests))
        // Refused where there is none.
        if let budget = try? await options.client.budget() { Output.line(BudgetText.line(budget)) }
    }
}
