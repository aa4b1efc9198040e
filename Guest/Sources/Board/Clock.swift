internal import BalloonDriver
internal import CBoot

/// The machine's counter, for the driver.
package struct Clock: DriverClock, ~Copyable {
    package init() {}

    package func now() -> UInt64 { Machine.now() }
    package mutating func relax() { boot_pause() }
}
