import Balloon
import BalloonDevice
import BalloonDriver
import Virtio

/// The registers of a ``TestDevice``.
struct TestTransport: DriverTransport, ~Copyable {
    let device: TestDevice

    mutating func identify() -> TransportIdentity { device.identity }
    mutating func status() -> DeviceStatus { device.status }

    mutating func setStatus(_ status: DeviceStatus) {
        device.isDriverReady = status.contains(.driverOK)
        if status.rawValue == 0 {
            if !device.neverResets { device.reset() }
            return
        }
        let old = device.status
        device.status = status
        if device.refusesFeatures { device.status.remove(.featuresOK) }
        if status.contains(.driverOK), !old.contains(.driverOK), !status.contains(.failed) { device.startQueues() }
    }

    mutating func offeredFeatures() -> UInt64 { device.offered }
    mutating func acceptFeatures(_ features: UInt64) { device.accepted = features }
    mutating func queueSizeLimit(_ queue: Int) -> UInt16 { queue < device.queueCount ? device.queueLimit : 0 }

    mutating func enable(_ queue: Int, _ layout: QueueLayout) -> Bool {
        if device.refusesQueues { return false }
        device.layouts[queue] = layout
        return true
    }

    mutating func notify(_ queue: Int) {
        // By what the driver has said: a device that resets itself has not told it yet.
        if !device.isDriverReady { device.table.fail("queue \(queue) is notified before DRIVER_OK") }
        device.notifications += 1
        device.see(queue)
    }

    mutating func takeInterrupts() -> InterruptCauses {
        defer { device.interrupts = [] }
        return device.interrupts
    }

    mutating func configurationGeneration() -> UInt32 {
        if device.generationRuns { device.generation &+= 1 }
        return device.generation
    }

    mutating func readConfiguration(_ offset: Int) -> UInt32 {
        var word: UInt32 = 0
        withUnsafeMutableBytes(of: &word) { device.device.readConfiguration(offset: offset, into: $0) }
        return UInt32(littleEndian: word)
    }

    mutating func writeConfiguration(_ offset: Int, _ value: UInt32) {
        if offset == 4 { device.actuals.append(value) }
        if offset == 12, device.status.contains(.driverOK) {
            device.table.fail("poison_val after DRIVER_OK (spec D36)")
        }
        withUnsafeBytes(of: value.littleEndian) { device.device.writeConfiguration(offset: offset, bytes: $0) }
    }
}

/// The test's time; while the driver waits it goes on.
struct TestClock: DriverClock, ~Copyable {
    let device: TestDevice

    func now() -> UInt64 { device.time }

    mutating func relax() {
        device.time += 50_000_000
        device.onRelax?()
    }
}
