/// What a ``HostArbiter`` does with its decisions.
public enum HostMode: String, Sendable, Codable, CaseIterable {
    /// Writes targets.
    case on
    /// Decides and records, and writes none: each guest is steered for itself, as without a budget.
    case watch
    /// Leaves every target as it is, whatever happens. A guest with deflate-on-oom still takes what it needs.
    case paused
}
