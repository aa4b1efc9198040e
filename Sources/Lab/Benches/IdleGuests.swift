import Balloon
import Linux
import VhostUser
import Virtio

/// Simulated guests whose drivers run and do nothing. Their rings lie as Linux lays them: each queue in one page.
final class IdleGuests: Sendable {
    // Made on one thread, and let go of on another, later.
    private nonisolated(unsafe) let fronts: [VhostUserFrontEnd]
    private let memories: [FrontEndMemory]
    private let queues: [[FrontEndQueue]]

    /// All features that bring a queue.
    private static let features: BalloonFeatures = [
        .mustTellHost, .statistics, .deflateOnOOM, .freePageHint, .pageReporting,
    ]
    private static let size: UInt64 = 64 << 20
    private static let queueSize: UInt16 = 128

    init(sockets: [String]) throws {
        var fronts: [VhostUserFrontEnd] = []
        var memories: [FrontEndMemory] = []
        var queues: [[FrontEndQueue]] = []
        for socket in sockets {
            let memory = try FrontEndMemory(size: Self.size)
            let own = try (0..<5).map { try Self.queue(at: 1 << 20 + UInt64($0) << 12) }
            let front = try VhostUserFrontEnd(path: socket)
            try front.open(queues: own)
            let features = Self.features.rawValue | VirtioFeatures.version1 | VirtioFeatures.eventIndex
            try front.start(features: features & front.offeredFeatures, memory: memory, queues: own)
            fronts.append(front)
            memories.append(memory)
            queues.append(own)
        }
        self.fronts = fronts
        self.memories = memories
        self.queues = queues
    }

    private static func queue(at base: UInt64) throws -> FrontEndQueue {
        let available = base + UInt64(SplitRing.tableBytes(queueSize))
        let used = (available + UInt64(SplitRing.availableBytes(queueSize)) + 63) / 64 * 64
        return try FrontEndQueue(size: queueSize, descriptors: base, available: available, used: used)
    }

    func leave() {
        for front in fronts { try? front.hangUp() }
    }
}
