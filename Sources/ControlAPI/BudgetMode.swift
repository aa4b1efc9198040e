/// What a daemon with a budget does with its decisions.
public enum BudgetMode: String, Codable, Sendable, CaseIterable {
    /// Writes targets.
    case on
    /// Decides and records what it would do; each guest is steered for itself.
    case watch
    /// Leaves every target as it is.
    case pause

    /// What it means, for people.
    public var sentence: String {
        switch self {
        case .on: "on: guests get targets by the budget"
        case .watch: "watch: what would be done is recorded; each guest is steered for itself"
        case .pause: "pause: every target stays as it is"
        }
    }
}
