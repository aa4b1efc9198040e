public import ControlAPI
public import ControlClient
public import Foundation

/// A running `aerostat serve`. It ends with ``stop()``, with the object, and with this program, whatever comes first.
public final class Daemon: Sendable {
    /// Speaks to the daemon.
    public let client: ControlClient
    private let process: Child
    private let folder: URL
    private let sockets: [String: String]

    /// A guest of a daemon of the lab. Its socket lies in the daemon's own folder.
    public struct Guest: Sendable {
        public var name: String
        /// Further keys of `--guest`, such as `deflate-on-oom=on`.
        public var options: [String]
        public var door = GuestDoor.vhostUser

        public init(_ name: String, _ options: String...) { self.init(name, options: options) }

        public init(_ name: String, options: [String]) {
            self.name = name
            self.options = options
        }

        /// The lab's guests have no services: what stands already is asked of them at once.
        fileprivate var words: [String] {
            options.contains { $0.hasPrefix("start-grace=") } ? options : options + ["start-grace=0"]
        }
    }

    /// Starts the daemon and waits until it answers.
    public static func start(
        _ guests: [Guest], arguments: [String] = [], in lab: LabEnvironment, within limit: Duration = .seconds(20)
    ) async throws -> Daemon {
        let daemon = try Daemon(guests, arguments, lab)
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while true {
            do {
                _ = try await daemon.client.status()
                return daemon
            } catch {
                guard daemon.process.isRunning, clock.now < deadline else {
                    throw LabError(.ended, "the daemon does not answer: \(error)\n\(daemon.process.logTail())")
                }
            }
            // There is nothing to wait for but the socket itself.
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private init(_ guests: [Guest], _ arguments: [String], _ lab: LabEnvironment) throws {
        let program = try lab.aerostat()
        let folder = try lab.temporaryFolder()
        self.folder = folder
        Children.shared.add(folder: folder)
        let pairs = guests.map { ($0.name, folder.appending(path: "\($0.name).socket").path) }
        let sockets = Dictionary(pairs) { first, _ in first }
        self.sockets = sockets
        let control = folder.appending(path: "control").path
        var words = [program, "serve", "--control", control]
        for guest in guests {
            let key = guest.door == .vhostUser ? "socket" : guest.door.rawValue
            let socket = "\(key)=\(sockets[guest.name] ?? "")"
            words += ["--guest", ([guest.name, socket] + guest.words).joined(separator: ",")]
        }
        client = ControlClient(path: control)
        process = try Child(name: "aerostat", words + arguments, log: folder.appending(path: "daemon"))
    }

    deinit {
        process.signal(SIGKILL)
        Children.shared.remove(folder: folder)
    }

    public var pid: pid_t { process.pid }
    public var isRunning: Bool { process.isRunning }
    /// What it printed.
    public var log: URL { process.log }

    /// The socket of a guest, for ``BalloonChoice/ours(_:socket:)``.
    public func socket(of guest: String) -> String { sockets[guest] ?? "" }

    /// Sends a signal.
    public func signal(_ number: Int32) { process.signal(number) }

    /// Waits until it has ended by itself.
    @discardableResult
    public func exited(within limit: Duration) async throws -> Child.Exit { try await process.exited(within: limit) }

    /// Ends it by SIGTERM; throws if it does not end well.
    public func stop() async throws {
        process.signal(SIGTERM)
        let exit = try await process.exited(within: .seconds(10))
        let log = process.logTail()
        Children.shared.remove(folder: folder)
        guard exit == .code(0) else { throw LabError(.ended, "the daemon \(exit) after SIGTERM\n\(log)") }
    }

    /// Waits until a guest's status fulfils `condition`, and returns it.
    @discardableResult
    public func status(
        of guest: String, within limit: Duration, until what: String,
        _ condition: @Sendable (GuestStatus) -> Bool
    ) async throws -> GuestStatus {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while true {
            let status = try await client.status(of: guest)
            if condition(status) { return status }
            guard clock.now < deadline else {
                throw LabError(
                    .timedOut, "\(guest): not \(what) within \(limit): \(status)\n\(process.logTail())")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    public func logTail() -> String { process.logTail() }
}
