package import Logging
internal import ControlAPI
internal import Linux

/// The daemon: guests, and the API by which they are steered.
package struct Daemon: Sendable {
    private let configuration: DaemonConfiguration
    private let logger: Logger

    package init(configuration: DaemonConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Serves until SIGINT or SIGTERM, or until the task is cancelled; then closes, removes the sockets and returns.
    /// A second signal while it stops ends the process at once.
    ///
    /// Throws ``UnixSocketError`` if a socket cannot be had, before anything else has been touched.
    /// - Parameter ready: called with one line for people once everything is served.
    package func run(ready: @escaping @Sendable (String) -> Void = { _ in }) async throws {
        let signals = StopSignals()
        defer { signals.cancel() }
        // Destroyed, and with it the socket's file, when this function ends.
        let listener = try UnixSocketPath(configuration.control).listen()
        let events = EventLog()
        let logging = logEvents(of: events)
        defer { logging.cancel() }
        if let shortage = DescriptorNeed(guests: configuration.guests.count).provide() {
            events.append(guest: nil, kind: .problem, message: "\(shortage); \(DescriptorNeed.help)")
        }
        let guests = try await GuestRegistry(configuration.guests, events: events, budget: configuration.budget)
        let server = HTTPServer(api: ControlRoutes(guests: guests, events: events), logger: logger)
        let descriptor = try listener.descriptor.duplicate().release()
        let outcome = await outcome(of: server, on: descriptor, until: signals) { ready(readyLine) }
        logger.debug("stopping")
        events.finish()
        await guests.stop()
        try outcome.get()
        logger.debug("stopped")
    }

    /// Writes what happens to the log: what is wrong as a warning, an alarm as a notice.
    private func logEvents(of events: EventLog) -> Task<Void, Never> {
        let subscription = events.subscribe(after: 0)
        return Task(executorPreference: EventLoopTaskExecutor.shared) { [logger] in
            for await event in subscription.live {
                let level: Logger.Level =
                    switch event.kind {
                    case .problem, .shortage: .warning
                    case .alarm, .stalled, .statisticsLost, .overdrawn, .hostPressure: .notice
                    default: .info
                    }
                logger.log(level: level, "\(event.guest ?? "daemon"): \(event.kind.rawValue): \(event.message)")
            }
        }
    }

    private var readyLine: String {
        let guests = configuration.guests.prefix(16).map { "\($0.name) on \($0.socket)" }.joined(separator: ", ")
        let more = configuration.guests.count > 16 ? " and \(configuration.guests.count - 16) more" : ""
        let budget = configuration.budget.map { "; budget \(ByteSize($0.bytes)), mode \($0.mode.rawValue)" } ?? ""
        return "ready: control on \(configuration.control); guests: \(guests.isEmpty ? "none" : guests)\(more)\(budget)"
    }

    /// Runs the server until a signal comes or it fails.
    private func outcome(
        of server: HTTPServer, on descriptor: CInt, until signals: StopSignals, ready: @escaping @Sendable () -> Void
    ) async -> Result<Void, any Error> {
        await withTaskGroup(of: Result<Void, any Error>.self) { group in
            group.addTask {
                do {
                    return .success(try await server.run(on: descriptor, ready: ready))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                for await name in signals.names {
                    logger.info("stopping on \(name)")
                    break
                }
                signals.cancel()
                return .success(())
            }
            let first = await group.next() ?? .success(())
            group.cancelAll()
            return first
        }
    }
}
