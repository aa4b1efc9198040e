/// What a driver is about.
public enum DriverState: Equatable, Sendable {
    /// Not started, suspended or unloaded.
    case stopped
    /// The device is set up, and ``BalloonDriver/work(_:)`` may be called.
    case running
    /// It has given up. What it holds comes back with ``BalloonDriver/recover(_:)``.
    case failed(DriverError)
}

/// Where the balloon stands, for people.
public enum DriverCondition: Equatable, Sendable {
    /// The driver is not running.
    case stopped
    /// It has given up on its device.
    case failed(DriverError)
    /// As large as the device wants it.
    case atTarget
    /// Pages go to the device.
    case inflating
    /// Pages come back from the device.
    case deflating
    /// The device wants more than there is memory.
    case targetBeyondMemory
    /// No page can be had now; it is tried again.
    case outOfPages
    /// Memory was short: it is not inflated before the device speaks and memory is there.
    case heldOff
}

/// What a call of ``BalloonDriver/work(_:)`` leaves to do.
public enum DriverActivity: Equatable, Sendable {
    /// Call again at once.
    case again
    /// Call again with the next interrupt, or at this time of the clock, if there is one.
    case wait(until: UInt64?)
}
