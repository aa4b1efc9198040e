internal import BalloonDriver
internal import CBoot

/// The machine's counter, for the driver.
struct Clock: DriverClock, ~Copyable {
    func now() -> UInt64 { Machine.now() }
    mutating func relax() { boot_pause() }
}
