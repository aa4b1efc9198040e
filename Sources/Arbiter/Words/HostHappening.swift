public import Balloon

/// Something about the whole host to be told to people.
public enum HostHappening: Sendable, Equatable, Codable {
    /// So many pages are wanted, and nobody can pay: loud.
    case nothingToTake(short: Pages, promised: Pages, budget: Pages)
    /// What was wanted is there again.
    case shortageOver
    /// Guests see more than there is, because some took or started: never by a decision.
    case overdrawn(by: Pages)
    case overdraftOver
    case pressure(HostPressure, effectiveBudget: Pages)
    /// The budget is more than the host's memory: the host's memory counts.
    case budgetOverHost(budget: Pages, host: Pages)
}
