import ControlAPI
import ControlClient
import Foundation
import Linux
import Logging
import Service
import TestSupport

/// The HTTP API on a real socket in a folder of its own, with a double behind it.
struct TestServer: Sendable {
    let guests: GuestsDouble
    let events: EventLog
    let path: String

    var client: ControlClient { ControlClient(path: path) }

    /// Serves while `body` runs.
    static func run(
        guests: GuestsDouble = GuestsDouble(), events: EventLog = EventLog(),
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/control.sock"
        let listener = try UnixSocketPath(path).listen()
        let descriptor = try listener.descriptor.duplicate().release()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = HTTPServer(api: ControlRoutes(guests: guests, events: events), logger: logger)
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run(on: descriptor) { isReady.finish() } }
            for await _ in ready {}
            try await body(TestServer(guests: guests, events: events, path: path))
            group.cancelAll()
        }
        _ = consume listener
    }

    /// A request as anyone's curl would make it: the status code and the body.
    func curl(_ method: String, _ uri: String, body: String? = nil) async throws -> (status: Int, body: String) {
        let data = body.map { ["--data-binary", $0] } ?? []
        let arguments = ["-s", "--max-time", "10", "--unix-socket", path, "-X", method, "-w", "%{http_code}"] + data
        // Not on a thread of the tasks: the server, in this process, needs those.
        let text = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result { try Self.output(of: ["curl"] + arguments + ["http://aerostat" + uri]) })
            }
        }
        return (Int(text.suffix(3)) ?? 0, String(text.dropLast(3)))
    }

    private static func output(of arguments: [String]) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
