public import Balloon

/// Something about the whole host to be told to people.
public enum HostHappening: Sendable, Equatable, Codable {
    /// So many pages are wanted, and nobody can pay: loud. The holder is who keeps most.
    case nothingToTake(short: Pages, promised: Pages, budget: Pages, holder: StandingShortage.Holder?)
    /// What was wanted is there again.
    case shortageOver
    /// Guests see more than there is, because some took or started: never by a decision.
    case overdrawn(by: Pages)
    case overdraftOver
    case pressure(HostPressure, effectiveBudget: Pages)
    /// No driver runs in a guest: it counts with what the host spends on it and a margin, and not with its memory.
    case countsSpent(GuestHandle, promised: Pages, spent: Pages, max: Pages)
    /// Such a guest's driver has said how it is.
    case countsWhole(GuestHandle, promised: Pages)
    /// The cgroup of a guest's VMM allows so much; `nil`: that is no less than its memory any more.
    case groupLimit(GuestHandle, GroupLimit?)
    /// The budget is more than the host's memory: the host's memory counts.
    case budgetOverHost(budget: Pages, host: Pages)
}
