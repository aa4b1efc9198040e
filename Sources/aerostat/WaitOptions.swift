import ArgumentParser

/// Whether a command waits for what it began.
struct WaitOptions: ParsableArguments {
    @Flag(help: "Wait until it is done.")
    var wait = false

    @Option(help: ArgumentHelp("How long to wait (default: no limit).", valueName: "seconds"))
    var timeout: Double?

    func validate() throws {
        guard let timeout else { return }
        guard wait else { throw ValidationError("--timeout is of use with --wait only") }
        guard timeout > 0, timeout <= 1e6 else { throw ValidationError("--timeout \(timeout): write seconds above 0") }
    }

    var deadline: Duration? { timeout.map { .seconds($0) } }
}
