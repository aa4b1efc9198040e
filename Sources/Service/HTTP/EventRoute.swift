internal import ControlAPI
internal import Hummingbird
internal import NIOCore

/// `GET /v1/events?since=N&follow=1`: one event a line.
struct EventRoute: Sendable {
    let events: EventLog

    func respond(to request: Request, context: ControlContext) throws -> Response {
        let query = request.uri.queryParameters
        if let unknown = query.first(where: { $0.key != "since" && $0.key != "follow" }) {
            throw ControlError.invalid(
                "unknown parameter \(String(unknown.key).debugDescription); there are since and follow")
        }
        let start = try start(query["since"])
        let body: ResponseBody
        if try follows(query["follow"]) {
            body = stream(events.subscribe(after: start), to: context.channel)
        } else {
            body = ResponseBody(byteBuffer: try Self.lines(events.history(after: start)))
        }
        return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
    }

    private func start(_ text: Substring?) throws(ControlError) -> UInt64 {
        guard let text else { return 0 }
        let newest = events.newest
        if text == "now" { return newest }
        guard let sequence = UInt64(text) else {
            throw .invalid("since: \(String(text).debugDescription) is neither a sequence number nor \"now\"")
        }
        guard sequence <= newest else {
            throw .invalid("since: \(sequence) is after the newest event, \(newest); was the daemon started anew?")
        }
        return sequence
    }

    private func follows(_ text: Substring?) throws(ControlError) -> Bool {
        switch text {
        case nil, "0", "false": false
        case "1", "true": true
        case .some(let text): throw .invalid("follow: \(String(text).debugDescription) is neither 1 nor 0")
        }
    }

    private func stream(_ subscription: EventSubscription, to channel: any Channel) -> ResponseBody {
        // A reader that goes away while nothing happens would otherwise be noticed with the next event only.
        channel.closeFuture.whenComplete { _ in subscription.cancel() }
        return ResponseBody { writer in
            defer { subscription.cancel() }
            // The head has been sent: the reader knows that nothing is missed from here on.
            if !subscription.backlog.isEmpty {
                try await writer.write(try Self.lines(subscription.backlog))
            }
            for await event in subscription.live {
                try await writer.write(try Self.lines([event]))
            }
            try await writer.finish(nil)
        }
    }

    private static func lines(_ events: [Event]) throws -> ByteBuffer {
        var buffer = ByteBuffer()
        for event in events {
            var line = try JSONAnswer.encode(event)
            buffer.writeBuffer(&line)
        }
        return buffer
    }
}
