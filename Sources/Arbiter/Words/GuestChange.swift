public import Balloon

/// What is to be done about a guest that an event was not about.
public struct GuestChange: Sendable, Equatable {
    public var guest: GuestHandle
    /// `num_pages`.
    public var target: Pages
    public var decision: Decision
}
