import ControlClient
import Foundation
import TestSupport

/// The program, serving one guest that never comes. Ended when it is let go of.
final class Daemon {
    static var program: String? { ProcessInfo.processInfo.environment["AEROSTAT"] }

    let process = Process()
    let client: ControlClient
    private let folder: TemporaryFolder

    /// Starts it by a shell with a redirection, and waits until it answers.
    init(redirection: String) async throws {
        folder = try TemporaryFolder()
        client = ControlClient(path: folder.file("control.sock"))
        let command =
            "exec \"$0\" serve --control \"$1/control.sock\" --guest \"web1,socket=$1/web1.sock,max=1G\" \(redirection)"
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", command, Self.program ?? "", folder.path]
        try process.run()
        while process.isRunning, (try? await client.status()) == nil { await Task.yield() }
    }

    // A test's thread may block the gentler signals, and what it starts then does, too.
    deinit { kill(process.processIdentifier, SIGKILL) }
}
