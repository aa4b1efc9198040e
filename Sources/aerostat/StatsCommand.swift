import ArgumentParser
import ControlAPI
import ControlClient
import Service

struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Show a guest's own statistics, or set how often they are asked for.")

    @Argument(help: "The guest.")
    var name: String

    @Option(help: ArgumentHelp("Ask for statistics every so many seconds; 0 stops that.", valueName: "seconds"))
    var interval: Double?

    @Flag(help: "Ask for statistics now, and wait for them.")
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
