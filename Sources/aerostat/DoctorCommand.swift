import ArgumentParser
import Service

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say what will not work on this host, and why.")

    @OptionGroup var options: ControlOptions

    func run() async throws {
    }
}
