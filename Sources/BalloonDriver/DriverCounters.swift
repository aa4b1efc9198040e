/// What a driver has done since it was made. Pages are 4096 bytes.
public struct DriverCounters: Equatable, Sendable {
    /// Pages whose inflation the device has acknowledged.
    public var inflatedPages: UInt64 = 0
    /// Pages whose deflation the device has acknowledged.
    public var deflatedPages: UInt64 = 0
    /// Messages sent on the inflate and the deflate queue.
    public var messages: UInt64 = 0
    /// Calls of the OOM chain that reached the driver.
    public var oomCalls: UInt64 = 0
    /// Pages that those calls gave back to the system.
    public var oomPages: UInt64 = 0
    /// Sets of statistics that were sent.
    public var statisticsSets: UInt64 = 0
    /// Pages of reports that the device has acknowledged.
    public var reportedPages: UInt64 = 0
    /// Pages that were hinted.
    public var hintedPages: UInt64 = 0
    /// Pages that took another one's place in the balloon.
    public var movedPages: UInt64 = 0
    /// Writes of `actual`.
    public var actualWrites: UInt64 = 0
    /// Used lengths that no device could have meant (spec L3).
    public var wrongLengths: UInt64 = 0
    /// Notifications that were repeated since no answer came.
    public var repeatedNotifications: UInt64 = 0

    /// All zeros.
    public init() {}
}
