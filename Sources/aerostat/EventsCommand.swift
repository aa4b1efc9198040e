import ArgumentParser
import ControlAPI
import ControlClient

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Show what happened to the guests.")

    @Flag(help: "Keep printing events as they happen.")
    var follow = false

    @Option(
        help: ArgumentHelp(
            "Begin after the event with this number (the first word of its line), or with new ones: \"now\" (default: the oldest that is remembered).",
            valueName: "number|now")
    )
    var since: String?

    @OptionGroup var options: ControlOptions

    func run() async throws {
        let start = try start()
        var last: UInt64? = if case .after(let sequence) = start { sequence } else { nil }
        try await options.client.forEachEvent(since: start, follow: follow) { event in
            if options.json { return try Output.json(event, spread: false) }
            if let last, event.sequence > last + 1 {
                Output.line("(\(event.sequence - last - 1) events were lost)")
            }
            last = event.sequence
            Output.line(
                "\(event.sequence)  \(event.timestamp)  \(event.guest ?? "-")  \(event.kind.rawValue): \(event.message)"
            )
        }
    }

    private func start() throws -> EventStart {
        switch since {
        case nil: return .oldest
        case "now": return .now
        case .some(let text):
            guard let sequence = UInt64(text) else {
                throw CommandFailure("--since \(text): write the number of an event, or now")
            }
            return .after(sequence)
        }
    }
}
