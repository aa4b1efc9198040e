import Balloon
import Linux
import Synchronization
import VhostUser
import Virtio

/// A back-end that returns each chain of queues 0 and 1 at once, frees nothing, and forgets what is written.
final class BrokenDevice: Sendable {
    private let listener: UnixListener
    private let isOver = Atomic(false)

    init(path: String) throws {
        listener = try UnixListener(path: path)
    }

    func end() { isOver.store(true, ordering: .relaxed) }

    /// Serves one connection after another; blocks.
    func serve() {
        while !isOver.load(ordering: .relaxed) {
            guard
                (try? Readiness.awaitReadable(listener.descriptor.raw, until: MonotonicClock.now() + 20_000_000))
                    == true,
                let socket = try? listener.accept()
            else { continue }
            try? serve(socket)
        }
    }

    private func serve(_ socket: consuming OwnedDescriptor) throws {
        let features = BalloonFeatures([.mustTellHost, .pageReporting]).rawValue | VirtioFeatures.version1
        var backend = VhostUserBackend(
            socket: socket, description: .init(features: features, queueCount: 5, configurationSize: 16))
        var chain = DescriptorChain()
        while !isOver.load(ordering: .relaxed) {
            // A kick is noticed after a millisecond: this device has one descriptor to wait for.
            _ = try Readiness.awaitReadable(backend.descriptor, until: MonotonicClock.now() + 1_000_000)
            guard try receive(&backend) else { return }
            for queue in 0..<2 where backend.isActive(queue) {
                while case .chain = try backend.next(queue, into: &chain) {
                    backend.complete(queue, head: chain.head)
                }
                _ = backend.rearm(queue)
            }
        }
    }

    /// - Returns: false if the connection is closed.
    private func receive(_ backend: inout VhostUserBackend) throws -> Bool {
        while true {
            switch try backend.receive() {
            case .nothing: return true
            case .closed: return false
            case .readConfiguration(let offset, let count):
                try backend.answerConfiguration(offset: offset, [UInt8](repeating: 0, count: count))
            case .stopRing(let queue):
                try backend.answerVringBase(queue: queue, base: backend.nextAvailable(queue))
            case .replaceKick(let queue, let kick): backend.replaceKick(of: queue, with: kick)
            default: break
            }
            try backend.acknowledge()
        }
    }
}
