import Foundation

/// The outcome of a ``BalanceRun``.
public struct BalanceOutcome: Sendable, Codable {
    /// One burst of one guest.
    public struct Burst: Sendable, Codable {
        public var guest: Int
        public var round: Int
        public var isAlive: Bool
        public var badPages: UInt64
        /// From its start until it had its memory; the length of the round for one that was killed.
        public var seconds: Double
    }

    /// One guest's reading during one round.
    public struct Reading: Sendable, Codable {
        public var guest: Int
        public var round: Int
        public var badReads: UInt64
        public var readsPerSecond: Double
    }

    public var policy: BalancePolicy
    public var bursts: [Burst] = []
    public var readings: [Reading] = []
    /// Sum of all changes of what guests see, as seen twice a second.
    public var movedBytes: UInt64 = 0
    /// The most that all guests saw together after the start, as seen twice a second.
    public var mostVisibleBytes: UInt64 = 0
    /// From an alarm to the next target of another guest, by the daemon's events.
    public var reactionSeconds: [Double] = []
    /// What should not have happened, by the kernel's log or QEMU's end.
    public var faults: [String] = []

    public init(policy: BalancePolicy) { self.policy = policy }

    public var kills: Int { bursts.count { !$0.isAlive } }
    public var badPages: UInt64 {
        bursts.reduce(0) { $0 + $1.badPages } + readings.reduce(0) { $0 + $1.badReads }
    }
    public var slowestBurst: Double { bursts.map(\.seconds).max() ?? 0 }
    /// The mean over all rounds of caching guests.
    public var readsPerSecond: Double {
        readings.isEmpty ? 0 : readings.reduce(0) { $0 + $1.readsPerSecond } / Double(readings.count)
    }
}
