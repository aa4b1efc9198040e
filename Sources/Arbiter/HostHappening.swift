/// Something about the whole host to be told to people. Pages of 4 KiB.
public enum HostHappening: Sendable, Equatable, Codable {
    /// So many pages are wanted, and nobody can pay: loud.
    case nothingToTake(short: UInt64, promised: UInt64, budget: UInt64)
    /// What was wanted is there again.
    case shortageOver
    /// More is promised than there is, by guests that took or started: never by a decision.
    case overdrawn(by: UInt64)
    case overdraftOver
    case pressure(HostPressure, effectiveBudget: UInt64)
    /// The budget is more than the host's memory: the host's memory counts.
    case budgetOverHost(budget: UInt64, host: UInt64)
}
