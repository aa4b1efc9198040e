internal import Arbiter
internal import HostSignals

/// Finds out who stands still where a guest has not answered.
struct SilenceWitness {
    /// What was seen of the guest's VMM at two moments while the request was out; `nil`: nothing can be.
    var first: (look: ProcessLook, at: UInt64)?
    var last: (look: ProcessLook, at: UInt64)?
    var others: HostPulse.Others
    /// How the host's tasks wait for memory.
    var pressure: () -> MemoryPressure?

    /// A VMM that uses less than a hundredth of a processor is paused. A guest that looks for memory to reclaim, or
    /// waits for its own swap, uses more; one that is idle, and less than this, is not short of anything.
    private static let idleShare = 0.01
    /// One that uses more than half of a processor runs, whatever stands still around it.
    private static let busyShare = 0.5
    /// More page faults a second than this that wait for a disk: the host has swapped the guest out.
    private static let swappedRate = 20.0
    /// Ticks of `/proc` in a second.
    private static let ticksPerSecond = 100.0

    var verdict: Silence {
        if let last, last.look.isStopped { return .machineStopped }
        if let verdict = byWork { return verdict }
        switch others {
        case .answer: return .guest
        case .areSilent: return .everybody
        case .unknown: return (pressure()?.full ?? 0) > HostArbiter.seriousStall ? .host : .guest
        }
    }

    /// By what the VMM did between the two looks; `nil`: that tells nothing.
    private var byWork: Silence? {
        guard let first, let last, last.at > first.at else { return nil }
        let seconds = Double(last.at - first.at) / 1e9
        func growth(_ count: (ProcessLook) -> UInt64) -> Double {
            let (before, after) = (count(first.look), count(last.look))
            return Double(after > before ? after - before : 0)
        }
        if growth(\.majorFaults) / seconds > Self.swappedRate { return .machineSwapped }
        let share = growth(\.ticks) / Self.ticksPerSecond / seconds
        if share < Self.idleShare { return .machineIdle }
        return share > Self.busyShare ? .guest : nil
    }
}
