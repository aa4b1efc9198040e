/// What becomes of a host whose guests use more than it lends. Assumed, not measured.
public struct HostModel: Sendable, Equatable {
    /// What the host can give beyond the budget by swapping, as a share of the budget. All guests slow down in proportion
    /// to how much of it is used; beyond it the host's kernel kills the largest guest.
    public var margin = 0.25
    /// Seconds until a guest that was killed is back.
    public var restartTime = 60.0

    public init() {}
}
