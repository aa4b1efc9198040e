import ArgumentParser
import ControlAPI
import ControlClient

struct SetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Ask a guest to take another size: what it sees, or what its balloon holds.",
        usage: "aerostat set NAME SIZE [--wait]\naerostat set NAME --balloon SIZE [--wait]",
        discussion: """
            With --wait, the exit code is 0 where the size is reached, 3 where the daemon does not chase it now (the guest is \
            in an alarm, in a pause after one, stalled, does not answer, or the mode is pause), 4 where the time was up, and 1 \
            for any other failure. A guest without a driver is waited for.
            """)

    @Argument(help: "The guest's name.")
    var name: String

    @Argument(help: "What the guest is to see: 512M, 2G, or a share of its memory such as 33%.")
    var size: String?

    @Option(
        help: ArgumentHelp(
            "What the balloon is to hold, instead: a size, or a share of the guest's memory; 0 empties it.",
            valueName: "size"))
    var balloon: String?

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: ControlOptions

    func validate() throws {
        guard (size == nil) != (balloon == nil) else {
            throw ValidationError("name one size: what the guest is to see, or --balloon SIZE")
        }
    }

    func run() async throws {
        let client = options.client
        let accepted = try await client.set(try await request(client), of: name)
        guard waiting.wait else {
            if options.json { return try Output.json(accepted) }
            return Output.line(accepted.message)
        }
        if !options.json { Output.line(accepted.message) }
        let progress = ProgressLine {
            "\(name): guest sees \(StatusText.size($0.sees)), balloon holds "
                + "\(StatusText.size($0.held)) of \(StatusText.size($0.target)), "
                + ($0.pursuit == .underWay ? $0.state.rawValue : $0.reason)
        }
        let outcome = try await client.waitUntilReached(name, deadline: waiting.deadline, progress: progress.show)
        progress.end()
        try finish(outcome)
    }

    private func request(_ client: ControlClient) async throws -> SizeRequest {
        if let balloon {
            return SizeRequest(balloon: try await bytes(SizeOrShare(parsing: balloon, zero: true), client))
        }
        return SizeRequest(sees: try await bytes(SizeOrShare(parsing: size ?? ""), client))
    }

    private func bytes(_ size: SizeOrShare, _ client: ControlClient) async throws -> ByteSize {
        if case .size(let size) = size { return size }
        guard let max = try await client.status(of: name).max else {
            throw CommandFailure(
                "\(size): the memory of guest \(name) is not known before its VMM connects; write a size such as 512M")
        }
        return size.size(of: max)
    }

    private func finish(_ outcome: WaitOutcome) throws {
        switch outcome {
        case .reached(let guest):
            if options.json { return try Output.json(guest) }
            Output.line("\(name): \(reached(guest))")
        case .givenUp(let guest):
            if options.json { try Output.json(guest) }
            let retry = guest.retrySeconds.map { "; tried again in \(StatusText.seconds($0))" } ?? ""
            throw CommandFailure(
                "\(name): not reached: \(guest.state.rawValue): \(guest.reason)\(retry)", code: .notPursued)
        case .timedOut(let guest):
            if options.json { try Output.json(guest) }
            throw CommandFailure(
                "\(name): not reached in time: balloon holds \(StatusText.size(guest.held)) of "
                    + "\(StatusText.size(guest.requested ?? guest.target)); \(guest.state.rawValue): \(guest.reason)",
                code: .timedOut)
        }
    }

    /// Under a budget a size is the most that the guest may see, and it may see less.
    private func reached(_ guest: GuestStatus) -> String {
        let sizes = "guest sees \(StatusText.size(guest.sees)), balloon holds \(StatusText.size(guest.held))"
        guard let requested = guest.requested, let max = guest.max, guest.target > requested, max > requested else {
            return "reached: \(sizes)"
        }
        return "in force: \(sizes); it may see up to \(ByteSize(max.bytes - requested.bytes)) as the budget allows"
    }
}
