import ArgumentParser
import ControlAPI
import ControlClient
import Foundation

/// What every command that speaks to the daemon takes.
struct ControlOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The daemon's control socket (default: $AEROSTAT_CONTROL, $XDG_RUNTIME_DIR/aerostat.sock or /run/aerostat.sock).",
            valueName: "path"))
    var control: String?

    @Flag(help: "Print JSON instead of text; sizes are bytes.")
    var json = false

    var path: String { control ?? ControlPath.standard(environment: ProcessInfo.processInfo.environment) }

    var client: ControlClient { ControlClient(path: path) }
}
