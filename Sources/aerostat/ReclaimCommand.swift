import ArgumentParser
import ControlAPI
import ControlClient

struct ReclaimCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reclaim",
        abstract: "Take all memory that is free in the guest now for the host, then return to the target.")

    @Argument(help: "The guest's name.")
    var name: String

    @OptionGroup var waiting: WaitOptions
    @OptionGroup var options: ControlOptions

    func run() async throws {
        let client = options.client
        let accepted = try await client.reclaim(name)
        guard waiting.wait else {
            if options.json { return try Output.json(accepted) }
            return Output.line(accepted.message)
        }
        if !options.json { Output.line(accepted.message) }
        let progress = ProgressLine {
            "\(name): host uses \(StatusText.size($0.hostUses)), balloon holds \(StatusText.size($0.held))"
        }
        let ended = try await client.wait(for: name, deadline: waiting.deadline, progress: progress.show) { guest in
            guest.state == .reclaiming || guest.state == .deflating ? nil : guest
        }
        progress.end()
        guard let guest = ended else {
            throw CommandFailure("\(name): still reclaiming when the time was up", code: .timedOut)
        }
        if options.json { return try Output.json(guest) }
        Output.line(
            "\(name): host uses \(StatusText.size(guest.hostUses)) (\(StatusText.size(accepted.guest.hostUses)) before); "
                + "\(guest.state.rawValue): \(guest.reason)")
    }
}
