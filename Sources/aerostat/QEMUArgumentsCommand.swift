import ArgumentParser
import ControlAPI
import ControlClient

struct QEMUArgumentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "qemu-args", abstract: "Print the options with which QEMU attaches to a guest's balloon.")

    @Argument(help: "The guest's name.")
    var name: String

    @OptionGroup var options: ControlOptions

    func run() async throws {
        let answer = try await options.client.qemuOptions(of: name)
        if options.json { return try Output.json(answer) }
        Output.line(answer.shell)
        // Notes go to standard error, so that $(aerostat qemu-args NAME) is made of options alone.
        for note in answer.notes { Output.error("note: \(note)\n") }
    }
}
