public import ControlAPI
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

extension ControlClient {
    /// The daemon's events. With `follow` the stream goes on until its task is cancelled or the daemon stops, which
    /// ends it with ``ControlClientError/broken(path:reason:)``.
    ///
    /// A gap in the sequence numbers means that events were lost to a slow reader.
    public func events(since start: EventStart = .oldest, follow: Bool = false) -> AsyncThrowingStream<Event, any Error>
    {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await forEachEvent(since: start, follow: follow) { _ = continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Calls `body` for each event, in order; reads no further while `body` works.
    ///
    /// - Parameter ready: called when the daemon has answered: from then on no event is missed.
    public func forEachEvent(
        since start: EventStart = .oldest, follow: Bool = false, ready: @Sendable () async -> Void = {},
        _ body: (Event) async throws -> Void
    ) async throws {
        let call = call(.GET, Self.uri(since: start, follow: follow))
        try await call.perform(within: timeout) { head, parts in
            guard head.status == .ok else {
                return try Self.check(head, try await Self.collect(&parts))
            }
            await ready()
            let decoder = JSONDecoder()
            var lines = LineSplitter()
            while let part = try await parts.next() {
                guard case .body(let bytes) = part else {
                    if case .end = part, !follow { return }
                    break
                }
                for line in lines.append(bytes.readableBytesView) {
                    let event = try? decoder.decode(Event.self, from: Data(line))
                    guard let event else {
                        throw ControlClientError.broken(path: path, reason: "a line that is not an event")
                    }
                    try await body(event)
                }
            }
            try Task.checkCancellation()
            throw ControlClientError.broken(path: path, reason: "the daemon ended the stream of events")
        }
    }

    private static func uri(since start: EventStart, follow: Bool) -> String {
        var query: [String] = []
        switch start {
        case .oldest: break
        case .now: query.append("since=now")
        case .after(let sequence): query.append("since=\(sequence)")
        }
        if follow { query.append("follow=1") }
        return "/v1/events" + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
    }
}
