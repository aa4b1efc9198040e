/// What was agreed with the owner of a guest. Memory in pages of 4 KiB.
public struct LimitsView: Sendable, Equatable {
    /// All the memory it was given.
    public var max: Int
    /// The least that it may be left.
    public var min: Int
    public var weight: Double
}
