import Simulation

/// What the guests of a ``BalanceRun`` do, round by round; all of it follows from the seed.
public struct BalanceScript: Sendable {
    public enum Role: String, Sendable, Codable, CaseIterable {
        case idle
        /// Reads a file at random that fits into the page cache.
        case caching
        /// A program takes memory, verifies it, holds it for a while, and verifies it again.
        case bursting
    }

    public var seed: UInt64 = 1
    public var guests = 3
    public var guestMegabytes = 1024
    public var budgetMegabytes = 1843
    public var rounds = 8
    public var roundSeconds = 20.0
    public var fileMegabytes = 280
    public var burstMegabytes = 600
    public var holdSeconds = 6.0

    public init() {}

    /// Roles by round and guest: each round has every role, and guests change roles from round to round.
    var roles: [[Role]] {
        var random = SeededRandom(seed: seed)
        return (0..<rounds).map { _ in
            let shuffled = Role.allCases.shuffled(using: &random)
            return (0..<guests).map { shuffled[$0 % shuffled.count] }
        }
    }

    /// Seconds into a round at which a burst begins.
    var burstStarts: [Double] {
        var random = SeededRandom(seed: seed ^ 0xb0)
        return (0..<rounds).map { _ in .random(in: 3...6, using: &random) }
    }
}
