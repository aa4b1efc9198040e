import ArgumentParser
import Glibc
import Service

@main
struct Main {
    /// Nothing runs on libdispatch's threads: see ``EventLoopTaskExecutor``.
    static func main() {
        StandardDescriptors.reserve()
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let negative = arguments.first(where: isNegativeNumber) {
            Output.fail("\(negative.debugDescription): a number cannot be negative here")
        }
        let task = Task(executorPreference: EventLoopTaskExecutor.shared) { await run(arguments) }
        // The task ends the process.
        withExtendedLifetime(task) { while true { pause() } }
    }

    private static func run(_ arguments: [String]) async -> Never {
        do {
            var command = try Aerostat.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Output.fail(failure.description, code: failure.code)
        } catch {
            if Aerostat.exitCode(for: error) == .failure, !(error is ExitCode) { Output.fail("\(error)") }
            Aerostat.exit(withError: error)
        }
        Aerostat.exit()
    }

    /// The parser would take `-5M` for an option, and say so.
    private static func isNegativeNumber(_ argument: String) -> Bool {
        argument.first == "-" && argument.dropFirst().first?.isNumber == true
    }
}
