/// What a driver has done since it was made. Pages are 4096 bytes.
public struct DriverCounters: Equatable, Sendable {
    public var inflatedPages: UInt64 = 0
    public var deflatedPages: UInt64 = 0
    public var messages: UInt64 = 0
    /// Calls of the OOM chain, and what they gave back.
    public var oomCalls: UInt64 = 0
    public var oomPages: UInt64 = 0
    public var statisticsSets: UInt64 = 0
    public var reportedPages: UInt64 = 0
    public var hintedPages: UInt64 = 0
    public var movedPages: UInt64 = 0
    /// Writes of `actual`.
    public var actualWrites: UInt64 = 0
    /// Used lengths that no device could have meant (spec L3).
    public var wrongLengths: UInt64 = 0
    /// Notifications that were repeated since no answer came.
    public var repeatedNotifications: UInt64 = 0

    public init() {}
}
