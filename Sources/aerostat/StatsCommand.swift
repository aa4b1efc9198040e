import ArgumentParser
import ControlAPI
import ControlClient
import Service

struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Show a guest's own statistics, or set how often they are asked for.")

    @Argument(help: "The guest's name.")
    var name: String

    @Option(
        help: ArgumentHelp(
            "From now on, ask the guest for statistics every so many seconds; 0: only when something needs them.",
            valueName: "seconds"))
    var interval: Double?

    @Flag(help: "Ask the guest for statistics now, and show what it answers.")
    var refresh = false

    @OptionGroup var options: ControlOptions

    func validate() throws {
        guard let interval else { return }
        guard StatisticsInterval.seconds(interval) != nil else {
            throw ValidationError("--interval \(interval): \(StatisticsInterval.wanted)")
        }
    }

    func run() async throws {
        let client = options.client
        if let interval {
            let accepted = try await client.setStatisticsInterval(seconds: interval, of: name)
            if !refresh {
                if options.json { return try Output.json(accepted) }
                return Output.line(accepted.message)
            }
        }
        let guest = refresh ? try await client.refreshStatistics(of: name) : try await client.status(of: name)
        if options.json { return try Output.json(guest.statistics) }
        Output.line(StatusText.statistics(guest))
    }
}
