internal import Hummingbird
internal import HummingbirdCore
package import Logging
internal import NIOCore
internal import NIOPosix

/// Serves a router on a listening unix socket.
///
/// Hummingbird's own `Application` would bind the path itself, with no say in its mode, and wakes up every second to
/// renew a date header; this server uses Hummingbird's connections and router on a socket that is bound already.
package struct HTTPServer: Sendable {
    /// Descriptors are left for the guests.
    private static let mostConnections = 128
    /// A connection on which no request is under way, or which does not get its head across, is closed after this.
    private static let idleTimeout = TimeAmount.seconds(30)

    private let responder: RouterResponder<ControlContext>
    private let logger: Logger

    package init(api: ControlRoutes, logger: Logger) {
        responder = api.router().buildResponder()
        self.logger = logger
    }

    /// Serves until the task is cancelled.
    ///
    /// - Parameters:
    ///   - descriptor: a listening socket; taken over, and closed at the end.
    ///   - ready: called once requests are served.
    package func run(on descriptor: CInt, ready: @Sendable () async -> Void = {}) async throws {
        let http = HTTP1Channel(responder: respond, configuration: .init(idleTimeout: Self.idleTimeout))
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(descriptor) { http.setup(channel: $0, logger: logger).map { AcceptedConnection($0) } }
        await ready()
        try await server.executeThenClose { connections in
            await withDiscardingTaskGroup { group in
                let count = ConnectionCount()
                do {
                    for try await accepted in connections {
                        // One too many is closed by being let go of.
                        guard count.begin(upTo: Self.mostConnections) else { continue }
                        guard let connection = accepted.take() else { continue }
                        group.addTask {
                            defer { count.end() }
                            await withTaskCancellationHandler {
                                await http.handle(value: connection, logger: logger)
                            } onCancel: {
                                connection.channel.close(promise: nil)
                            }
                        }
                    }
                } catch is CancellationError {
                    logger.trace("the control socket closes")
                } catch {
                    logger.error("the control socket no longer accepts connections: \(error)")
                }
                group.cancelAll()
            }
        }
    }

    @Sendable private func respond(
        to request: Request, writer: consuming ResponseWriter, channel: any Channel
    ) async throws {
        let context = ControlContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
        let response: Response
        do {
            response = try await responder.respond(to: request, context: context)
        } catch {
            logger.error("\(request.method) \(request.uri.path): \(error)")
            response = Response(status: .internalServerError)
        }
        try await writer.write(response: response.head, body: response.body)
    }
}
