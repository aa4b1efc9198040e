import QMP
import Synchronization

/// Our end of the serial line on which the guest's agent (`Lab/guest`) takes commands.
final class GuestAgent: Sendable {
    private struct State {
        var nextID = 1
        var commands: [String: GuestCommand] = [:]
        /// One promise for each start of the agent: `boots[0]` is the first.
        var boots = [Promise<GuestFields>()]
        var bootCount = 0
        var ended = false
    }

    private final class Inbox: Sendable { let state = Mutex(State()) }

    private let inbox = Inbox()
    private let connection: LineConnection

    init(descriptor: Int32) {
        let inbox = inbox
        connection = LineConnection(
            descriptor: descriptor, name: "agent", onLine: { Self.receive($0, inbox) }, onEnd: { Self.end(inbox) })
    }

    /// How often the agent has started; rises with every boot of the guest.
    var bootCount: Int { inbox.state.withLock { $0.bootCount } }

    /// Waits until the agent has started for the `boot`th time (1: the first).
    func ready(boot: Int, within limit: Duration) async throws -> GuestFields {
        let promise = inbox.state.withLock { state in
            while state.boots.count < boot { state.boots.append(Promise()) }
            let promise = state.boots[boot - 1]
            if state.ended { promise.fail(LabError(.ended, "the guest has ended")) }
            return promise
        }
        return try await promise.value(within: limit) {
            LabError(.timedOut, "the guest has not come up within \(limit)")
        }
    }

    /// Sends a command.
    func start(_ line: String) throws -> GuestCommand {
        let command = GuestCommand(line)
        let id = try inbox.state.withLock { state in
            guard !state.ended else { throw LabError(.ended, "the guest has ended before `\(line)`") }
            let id = String(state.nextID)
            state.nextID += 1
            state.commands[id] = command
            return id
        }
        try connection.send("\(id) \(line)")
        return command
    }

    private static func receive(_ line: String, _ inbox: Inbox) {
        let words = line.split(separator: " ")
        guard words.count >= 2 else { return }
        if words[0] == "0", words[1] == "ready" {
            let (promise, lost) = inbox.state.withLock { state in
                while state.boots.count <= state.bootCount { state.boots.append(Promise()) }
                let promise = state.boots[state.bootCount]
                state.bootCount += 1
                defer { state.commands = [:] }
                return (promise, Array(state.commands.values))
            }
            for command in lost { command.fail(LabError(.ended, "the guest rebooted during `\(command.line)`")) }
            promise.succeed(GuestFields(words.dropFirst(2)))
            return
        }
        let isLast = words[1] != "event"
        let command = inbox.state.withLock { state in
            isLast ? state.commands.removeValue(forKey: String(words[0])) : state.commands[String(words[0])]
        }
        command?.receive(Array(words.dropFirst()))
    }

    private static func end(_ inbox: Inbox) {
        let (commands, boots) = inbox.state.withLock { state in
            state.ended = true
            defer { state.commands = [:] }
            return (Array(state.commands.values), state.boots)
        }
        for command in commands { command.fail(LabError(.ended, "QEMU ended during `\(command.line)`")) }
        for boot in boots { boot.fail(LabError(.ended, "QEMU ended while the guest was coming up")) }
    }
}
