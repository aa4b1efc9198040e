/// Why a command failed: one line, and the program's exit code.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String
    let code: ExitCodes

    init(_ description: String, code: ExitCodes = .failure) {
        self.description = description
        self.code = code
    }
}

/// How the program ends where it does not end well.
enum ExitCodes: Int32 {
    /// It could not be done, or not be asked for.
    case failure = 1
    /// With `--wait`: the daemon does not chase now what was asked for.
    case notPursued = 3
    /// With `--wait` and `--timeout`: the time was up.
    case timedOut = 4
}
