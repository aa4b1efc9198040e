/// Time, for a driver that never waits without a bound.
public protocol DriverClock: ~Copyable {
    /// Nanoseconds since any fixed moment; never goes back.
    func now() -> UInt64
    /// Lets a little time pass, while the driver waits for the device: a pause of the processor, or a turn for others.
    mutating func relax()
}
