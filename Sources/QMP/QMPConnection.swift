import Foundation
import Synchronization

/// A connection to QEMU's monitor (QMP).
///
/// Commands may be in flight from several tasks at once; answers are told apart by id. Events are kept, so that one
/// that came before anybody waited for it is not lost.
public final class QMPConnection: Sendable {
    private struct State {
        var nextID = 1
        var pending: [String: Promise<JSON>] = [:]
        var events: [QMPEvent] = []
        var waiters: [(name: String, after: Int, promise: Promise<QMPEvent>)] = []
        var ended = false
    }

    private final class Inbox: Sendable {
        let state = Mutex(State())
        let greeting = Promise<JSON>()
        let end = Promise<Void>()
    }

    private let inbox = Inbox()
    private let connection: LineConnection

    /// Takes over a connected socket; call ``negotiate(within:)`` before anything else.
    public init(descriptor: Int32) {
        let inbox = inbox
        connection = LineConnection(
            descriptor: descriptor, name: "qmp", onLine: { Self.receive($0, inbox) }, onEnd: { Self.end(inbox) })
    }

    /// Connects to the unix socket at `path` and negotiates.
    public static func connect(to path: String, within limit: Duration = .seconds(10)) async throws -> QMPConnection {
        let connection = QMPConnection(descriptor: try LineConnection.connect(to: path))
        try await connection.negotiate(within: limit)
        return connection
    }

    /// Waits for QEMU's greeting and enters command mode.
    public func negotiate(within limit: Duration = .seconds(10)) async throws {
        _ = try await inbox.greeting.value(within: limit) { QMPError.timedOut(waitingFor: "greeting", after: limit) }
        try await execute("qmp_capabilities", within: limit)
    }

    /// Runs a command and returns what QEMU answers.
    @discardableResult
    public func execute(
        _ command: String, _ arguments: [String: JSON] = [:], within limit: Duration = .seconds(30)
    ) async throws -> JSON {
        let promise = Promise<JSON>()
        let id = try inbox.state.withLock { state in
            guard !state.ended else { throw QMPError.closed }
            let id = String(state.nextID)
            state.nextID += 1
            state.pending[id] = promise
            return id
        }
        let request = JSON.object([
            "execute": .string(command), "arguments": .object(arguments), "id": .string(id),
        ])
        try connection.send(String(decoding: try JSONEncoder().encode(request), as: UTF8.self))
        let answer = try await promise.value(within: limit) {
            QMPError.timedOut(waitingFor: "answer to \(command)", after: limit)
        }
        if let error = answer["error"] {
            throw QMPError.refused(
                command: command, kind: error["class"]?.text ?? "", reason: error["desc"]?.text ?? "no reason given")
        }
        return answer["return"] ?? .null
    }

    /// The number of the newest event; pass it to ``event(_:after:within:)`` to wait for one that is still to come.
    public var eventCount: Int { inbox.state.withLock { $0.events.count } }

    /// The events that came after number `count`.
    public func events(after count: Int = 0) -> [QMPEvent] {
        inbox.state.withLock { Array($0.events.dropFirst(count)) }
    }

    /// Waits for the first event called `name` after number `count`, which may have come already.
    public func event(_ name: String, after count: Int = 0, within limit: Duration) async throws -> QMPEvent {
        let promise = Promise<QMPEvent>()
        inbox.state.withLock { state in
            if let event = state.events.dropFirst(count).first(where: { $0.name == name }) {
                promise.succeed(event)
            } else if state.ended {
                promise.fail(QMPError.closed)
            } else {
                state.waiters.append((name, count, promise))
            }
        }
        return try await promise.value(within: limit) { QMPError.timedOut(waitingFor: "event \(name)", after: limit) }
    }

    /// Waits until QEMU has closed the connection.
    public func closed(within limit: Duration) async throws {
        try await inbox.end.value(within: limit) { QMPError.timedOut(waitingFor: "end", after: limit) }
    }

    /// Ends the connection. QEMU goes on.
    public func close() { connection.close() }

    private static func receive(_ line: String, _ inbox: Inbox) {
        guard let message = try? JSONDecoder().decode(JSON.self, from: Data(line.utf8)) else { return }
        if message["QMP"] != nil {
            inbox.greeting.succeed(message)
        } else if let name = message["event"]?.text {
            let (event, waiters) = inbox.state.withLock { state in
                let event = QMPEvent(number: state.events.count + 1, name: name, data: message["data"] ?? .null)
                state.events.append(event)
                let due = state.waiters.filter { $0.name == name && event.number > $0.after }
                state.waiters.removeAll { $0.name == name && event.number > $0.after }
                return (event, due)
            }
            for waiter in waiters { waiter.promise.succeed(event) }
        } else if let id = message["id"]?.text {
            inbox.state.withLock { $0.pending.removeValue(forKey: id) }?.succeed(message)
        }
    }

    private static func end(_ inbox: Inbox) {
        let (pending, waiters) = inbox.state.withLock { state in
            state.ended = true
            defer {
                state.pending = [:]
                state.waiters = []
            }
            return (Array(state.pending.values), state.waiters)
        }
        inbox.greeting.fail(QMPError.closed)
        for promise in pending { promise.fail(QMPError.closed) }
        for waiter in waiters { waiter.promise.fail(QMPError.closed) }
        inbox.end.succeed(())
    }
}
