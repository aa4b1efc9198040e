internal import Arbiter
internal import Balloon
internal import BalloonDevice
internal import ControlAPI
internal import HostMemory
internal import Linux
internal import VhostUser
internal import Virtio

extension Guest {
    /// All that is known of the guest now.
    func status() -> GuestStatus {
        steering.refresh()
        noteDiscardFailure()
        let held = device.held.count * PageFrame.size
        let max = self.max
        return GuestStatus(
            name: configuration.name, socket: configuration.socket, door: configuration.door, link: link,
            max: max.map { ByteSize($0) }, shared: sharedElse, sees: max.map { ByteSize($0 > held ? $0 - held : 0) },
            requested: steering.requestedBytes, target: ByteSize(UInt64(device.target) * PageFrame.size),
            reported: ByteSize(UInt64(device.reported) * PageFrame.size), held: ByteSize(held),
            released: ByteSize(discarded), pending: ByteSize(sink.pendingBytes), hostUses: hostUses,
            state: balloonState, reason: steering.reason,
            pursuit: device.isRunning ? steering.pursuit(held: Pages(device.held.count)) : .waiting,
            retrySeconds: retrySeconds, features: features,
            statistics: steering.statisticsStatus(
                isAvailable: device.isRunning && device.negotiated.contains(.statistics)),
            counters: counters, problems: steering.story.problems.sentences)
    }

    /// What the VMM shares, where something else counts.
    private var sharedElse: ByteSize? {
        guard let shared = steering.memory.shared, shared != steering.memory.counted else { return nil }
        return ByteSize(shared)
    }

    private var link: GuestStatus.Link {
        if connection == nil { return .waiting }
        return device.isRunning ? .driverReady : .connected
    }

    private var hostUses: ByteSize? {
        guard !sink.table.regions.isEmpty else { return nil }
        return (try? sink.table.allocatedBytes()).map { ByteSize($0) }
    }

    var balloonState: BalloonState { BalloonState(steering.state) }

    var retrySeconds: Double? {
        switch steering.state {
        case .holdOff(let until), .stalled(let until), .starting(let until):
            return (until - MonotonicClock.instant()).seconds
        default: return nil
        }
    }

    private var features: [FeatureStatus] {
        let balloon = BalloonFeatures.named.map { feature, name in
            FeatureStatus(
                name: name, offered: device.offered.contains(feature),
                negotiated: device.negotiated.contains(feature), seen: device.seen.contains(feature))
        }
        let isPacked = (connection?.door.features ?? 0) & VirtioFeatures.packedRing != 0
        return balloon + [
            FeatureStatus(
                name: "packed", offered: configuration.packed, negotiated: isPacked,
                seen: isPacked && connection?.run.hasSeenRequest == true)
        ]
    }

    private var counters: Counters {
        var counters = Counters()
        counters.inflatedBytes = ByteSize(device.counters.inflatedPages &* PageFrame.size)
        counters.deflatedBytes = ByteSize(device.counters.deflatedPages &* PageFrame.size)
        counters.unsolicitedBytes = ByteSize(device.counters.unsolicitedPages &* PageFrame.size)
        counters.reportedFreeBytes = ByteSize(device.counters.reportedBytes)
        counters.hintedFreeBytes = ByteSize(device.counters.hintedBytes)
        counters.discardedBytes = ByteSize(sink.counters.bytes)
        counters.discardCalls = sink.counters.calls
        counters.discardFailures = sink.counters.failures
        counters.populatedBytes = ByteSize(sink.counters.populatedBytes)
        counters.badPages = device.counters.badPages
        counters.badChains = tally.badChains + device.counters.unreadable
        counters.droppedStatistics = steering.droppedStatistics
        counters.alarms = steering.story.alarms
        counters.messages = device.counters.messages
        counters.configInterrupts = tally.configInterrupts
        return counters
    }
}

extension BalloonState {
    init(_ state: GuestState) {
        self =
            switch state {
            case .idle: .idle
            case .settled: .settled
            case .inflating: .inflating
            case .deflating: .deflating
            case .reclaiming: .reclaiming
            case .alarm: .alarm
            case .starting: .starting
            case .holdOff: .holdOff
            case .stalled: .stalled
            case .fixed: .fixed
            case .hinting: .hinting
            case .notAnswering: .notAnswering
            }
    }
}
