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
        arbiter.refresh()
        noteDiscardFailure()
        let held = device.held.count * PageFrame.size
        let max = self.max
        return GuestStatus(
            name: configuration.name, socket: configuration.socket, door: configuration.door, link: link,
            max: max.map { ByteSize($0) }, sees: max.map { ByteSize($0 > held ? $0 - held : 0) },
            requested: requestedBytes, target: ByteSize(UInt64(device.target) * PageFrame.size),
            reported: ByteSize(UInt64(device.reported) * PageFrame.size), held: ByteSize(held),
            released: ByteSize(discarded), pending: ByteSize(sink.pendingBytes), hostUses: hostUses,
            state: balloonState, reason: arbiter.reason, retrySeconds: retrySeconds, features: features,
            statistics: statisticsStatus, counters: counters, problems: problems)
    }

    private var link: GuestStatus.Link {
        if backend == nil { return .waiting }
        return device.isRunning ? .driverReady : .connected
    }

    private var requestedBytes: ByteSize? {
        if let pages = arbiter.requested { return ByteSize(pages) }
        return request?.balloon
    }

    private var hostUses: ByteSize? {
        guard !sink.table.regions.isEmpty else { return nil }
        return (try? sink.table.allocatedBytes()).map { ByteSize($0) }
    }

    var balloonState: BalloonState { BalloonState(arbiter.state) }

    var retrySeconds: Double? {
        switch arbiter.state {
        case .holdOff(let until), .stalled(let until):
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
        let isPacked = (backend?.features ?? 0) & VirtioFeatures.packedRing != 0
        return balloon + [
            FeatureStatus(
                name: "packed", offered: configuration.packed, negotiated: isPacked, seen: isPacked && hasSeenRequest)
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
        counters.badChains = badChains + device.counters.unreadable
        counters.alarms = alarms
        counters.messages = device.counters.messages
        counters.configInterrupts = configInterrupts
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
            case .holdOff: .holdOff
            case .stalled: .stalled
            case .notAnswering: .notAnswering
            }
    }
}
