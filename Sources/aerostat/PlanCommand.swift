import ArgumentParser
import ControlAPI
import ControlClient

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say what would happen now, or if guest NAME needed to see SIZE. Nothing is done.",
        usage: "aerostat plan\naerostat plan NAME SIZE")

    @Argument(help: "The guest that would need memory.")
    var name: String?

    @Argument(help: "What it would need to see: 2G, or a share of its memory such as 80%.")
    var size: String?

    @OptionGroup var options: ControlOptions

    func validate() throws {
        guard (name == nil) == (size == nil) else {
            throw ValidationError("name a guest and what it would need to see, or neither")
        }
    }

    func run() async throws {
        let plan = try await plan()
        if options.json { return try Output.json(plan) }
        Output.line(BudgetText.plan(plan))
    }

    private func plan() async throws -> BudgetPlan {
        let client = options.client
        guard let name, let size else { return try await client.plan() }
        let wanted = try SizeOrShare(parsing: size)
        if case .size(let size) = wanted { return try await client.plan(name, sees: size) }
        guard let max = try await client.status(of: name).max else {
            throw CommandFailure("\(size): the memory of guest \(name) is not known; write a size such as 512M")
        }
        return try await client.plan(name, sees: wanted.size(of: max))
    }
}
