public import Balloon

/// What the cgroups that a VMM runs in allow, by the one that leaves its guest least.
public struct GroupLimit: Sendable, Equatable, Codable {
    /// Its limit.
    public var limit: Pages
    /// What the VMM needs for itself.
    public var need: Pages

    public init(limit: Pages, need: Pages) {
        self.limit = limit
        self.need = need
    }

    /// The most that the guest may see: beyond that its VMM is killed, or made to wait.
    public var ceiling: Pages { max(limit - max(need, SpendingFigures.leastNeed), 1) }
}
