internal import VfioUser
internal import VhostUser
internal import Virtio

/// A back-end of either protocol, as far as it serves queues.
protocol FuzzedBackend: ~Copyable {
    static var mostQueues: Int { get }

    mutating func notifyConfigurationChange() -> Bool
    func forEachRingPages(_ queue: Int, _ body: (UInt64, UInt64) -> Void)
    func isActive(_ queue: Int) -> Bool
    func isBlank(_ queue: Int) -> Bool
    func isLost(_ queue: Int) -> Bool
    /// Takes the kicks of a queue, where they do not come as messages.
    mutating func takeKicks(_ queue: Int)
    mutating func next(_ queue: Int, into chain: inout DescriptorChain) throws(QueueFault) -> NextChain
    mutating func complete(_ queue: Int, head: UInt16)
    mutating func rearm(_ queue: Int) -> Bool
    mutating func fail(_ queue: Int, _ reason: String)
}

extension FuzzedBackend where Self: ~Copyable {
    /// Serves all queues, as a device does that returns every chain at once: 16 steps each.
    mutating func serve() {
        _ = notifyConfigurationChange()
        var chain = DescriptorChain()
        for queue in 0..<Self.mostQueues {
            forEachRingPages(queue) { start, count in precondition(count > 0 && start < 1 << 32) }
            _ = isBlank(queue)
            guard isActive(queue) else { continue }
            takeKicks(queue)
            for _ in 0..<16 {
                do throws(QueueFault) {
                    guard try next(queue, into: &chain) != .empty else {
                        _ = rearm(queue)
                        break
                    }
                    complete(queue, head: chain.head)
                } catch {
                    fail(queue, "\(error), \(isLost(queue))")
                }
            }
        }
    }
}

extension VhostUserBackend: FuzzedBackend {
    mutating func takeKicks(_ queue: Int) { _ = drainKick(queue) }
}

extension VfioUserBackend: FuzzedBackend {
    mutating func takeKicks(_ queue: Int) {}
}
