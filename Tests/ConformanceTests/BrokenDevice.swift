import Balloon
import Linux
import SystemPackage
import VhostUser
import Virtio

/// A back-end that returns each chain of queues 0 and 1 at once, frees nothing, and forgets what is written.
final class BrokenDevice: Sendable {
    private let listener: UnixListener
    private let over: EventCounter

    /// Tokens of what is waited for; a kick's is its queue's number.
    private enum Token {
        static let socket: UInt64 = 100
        static let over: UInt64 = 101
    }

    init(path: String) throws {
        listener = try UnixListener(path: path)
        over = try EventCounter()
    }

    func end() { over.signal() }

    /// Serves one connection after another; blocks until the end.
    func serve() throws {
        let poll = try EventPoll()
        try poll.add(listener.descriptor.raw, token: Token.socket)
        try poll.add(over.descriptor.raw, token: Token.over)
        var events: [EventPoll.Event] = []
        while !events.contains(where: { $0.token == Token.over }) {
            events = []
            try poll.wait(timeout: nil, appendingTo: &events)
            guard let socket = try listener.accept() else { continue }
            do {
                try serve(socket)
            } catch VhostUserError.system(let error) where error.errno == .brokenPipe {
                // A probe that has lost its patience hangs up in the middle of an answer.
            }
        }
    }

    private func serve(_ socket: consuming OwnedDescriptor) throws {
        let features = BalloonFeatures([.mustTellHost, .pageReporting]).rawValue | VirtioFeatures.version1
        var backend = VhostUserBackend(
            socket: socket, description: .init(features: features, queueCount: 5, configurationSize: 16))
        let poll = try EventPoll()
        try poll.add(backend.descriptor, token: Token.socket, watchingHangup: true)
        try poll.add(over.descriptor.raw, token: Token.over)
        var chain = DescriptorChain()
        var events: [EventPoll.Event] = []
        while !events.contains(where: { $0.token == Token.over }) {
            guard try receive(&backend, poll) else { return }
            for event in events where event.token < Token.socket { _ = backend.drainKick(Int(event.token)) }
            for queue in 0..<2 where backend.isActive(queue) {
                repeat {
                    while case .chain = try backend.next(queue, into: &chain) {
                        backend.complete(queue, head: chain.head)
                    }
                } while backend.rearm(queue)
            }
            events = []
            try poll.wait(timeout: nil, appendingTo: &events)
        }
    }

    /// - Returns: false if the connection is closed.
    private func receive(_ backend: inout VhostUserBackend, _ poll: borrowing EventPoll) throws -> Bool {
        while true {
            switch try backend.receive() {
            case .nothing: return true
            case .closed: return false
            case .readConfiguration(let offset, let count):
                try backend.answerConfiguration(offset: offset, [UInt8](repeating: 0, count: count))
            case .stopRing(let queue):
                try backend.answerVringBase(queue: queue)
            case .replaceKick(let queue, let kick):
                if let old = backend.kickDescriptor(queue) { poll.remove(old) }
                backend.replaceKick(of: queue, with: kick)
                if let new = backend.kickDescriptor(queue) { try poll.add(new, token: UInt64(queue)) }
            default: break
            }
            try backend.acknowledge()
        }
    }
}
