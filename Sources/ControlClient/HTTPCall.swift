internal import ControlAPI
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One HTTP/1.1 request over a connection of its own to a unix socket.
struct HTTPCall: Sendable {
    typealias Parts = NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator

    var path: String
    var method: HTTPMethod
    var uri: String
    var body: [UInt8]?

    /// Such as `GET /v1/guests`, for messages.
    var name: String { "\(method.rawValue) \(uri)" }

    /// Sends the request, and hands the answer's head and the iterator over the rest to `read`. Cancelling the task
    /// closes the connection.
    ///
    /// - Parameter time: how long to wait for the answer's head; `nil`: without limit.
    func perform<Answer: Sendable>(
        within time: Duration? = nil, _ read: (HTTPResponseHead, inout Parts) async throws -> Answer
    ) async throws -> Answer {
        let channel = try await connect()
        let began = ContinuousClock.now
        let limit = time.map { time in
            channel.channel.eventLoop.scheduleTask(in: TimeAmount(time)) { channel.channel.close(promise: nil) }
        }
        defer { limit?.cancel() }
        var hasHead = false
        var answer: Answer?
        do {
            try await channel.executeThenClose { inbound, outbound in
                try await send(on: outbound)
                var parts = inbound.makeAsyncIterator()
                guard case .head(let head) = try await parts.next() else {
                    throw ControlClientError.broken(
                        path: path, reason: "the daemon closed the connection before an answer came")
                }
                hasHead = true
                limit?.cancel()
                answer = try await read(head, &parts)
            }
        } catch {
            if let time, !hasHead, .now - began >= time {
                throw ControlClientError.timedOut(path: path, request: name, after: time)
            }
            // An answer that is whole is an answer, even where the server closed first and our close came too late.
            guard answer != nil else { throw described(error) }
        }
        guard let answer else {
            throw ControlClientError.broken(
                path: path, reason: "the daemon closed the connection before an answer came")
        }
        return answer
    }

    /// NIO's errors in our words; others, such as those of `read`, as they are.
    private func described(_ error: any Error) -> any Error {
        guard error is HTTPParserError || error is IOError || error is ChannelError else { return error }
        return ControlClientError.broken(path: path, reason: "the daemon closed the connection (\(error))")
    }

    private func connect() async throws -> NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart> {
        do {
            _ = try UnixSocketPath(path)
        } catch {
            throw ControlClientError.badPath(error)
        }
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: path) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch let error as IOError {
            switch error.errnoCode {
            case ENOENT, ECONNREFUSED, ENOTDIR, ENOTSOCK: throw ControlClientError.noDaemon(path: path)
            case EAGAIN:
                throw ControlClientError.broken(
                    path: path, reason: "too many others wait for the daemon to accept them")
            case EACCES, EPERM: throw ControlClientError.permissionDenied(path: path)
            default: throw ControlClientError.broken(path: path, reason: "\(error)")
            }
        }
    }

    private func send(on outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>) async throws {
        var headers = HTTPHeaders([("host", "aerostat")])
        if let body {
            headers.add(name: "content-type", value: "application/json")
            headers.add(name: "content-length", value: "\(body.count)")
        } else if method != .GET {
            headers.add(name: "content-length", value: "0")
        }
        try await outbound.write(.head(HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers)))
        if let body {
            try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: body))))
        }
        try await outbound.write(.end(nil))
    }
}
