import ArgumentParser

/// Whether a command waits for what it began.
struct WaitOptions: ParsableArguments {
    @Flag(help: "Wait until it is done, and show the progress on a terminal.")
    var wait = false

    @Option(help: ArgumentHelp("With --wait: give up after so many seconds (default: never).", valueName: "seconds"))
    var timeout: Double?

    func validate() throws {
        guard let timeout else { return }
        guard wait else { throw ValidationError("--timeout is of use with --wait only") }
        guard timeout > 0, timeout <= 1e6 else {
            throw ValidationError("--timeout \(timeout): write a number of seconds above 0, up to 1000000")
        }
    }

    var deadline: Duration? { timeout.map { .seconds($0) } }
}
