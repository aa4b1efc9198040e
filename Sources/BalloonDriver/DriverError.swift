public import Balloon
public import Virtio

/// Why a driver does not, or no longer, drive its device. The system's own work goes on.
public enum DriverError: Error, Equatable, Sendable {
    /// There is no device.
    case noDevice
    /// A device, but not a balloon: its id.
    case notABalloon(UInt32)
    /// A device from before VIRTIO 1.0.
    case legacyDevice
    /// The device did not complete a reset in time. Pages that it may still touch stay where they are.
    case resetTimedOut
    /// The device does not accept the features that it offered.
    case featuresRefused
    /// A queue that has to be there is not, or does not let itself be enabled.
    case queueMissing(QueueRole)
    /// The configuration changes each time it is read.
    case configurationUnstable
    /// The device broke the rules of a used ring.
    case queue(QueueRole, UsedFault)
    /// The device has not answered in time, though it was notified twice.
    case deviceSilent(QueueRole)
    /// The device asks to be reset.
    case deviceNeedsReset
    /// The device forgot its driver.
    case deviceWasReset
    /// The memory for the driver's own use is too small, or badly aligned.
    case workspaceTooSmall
    /// The driver is suspended or was never started.
    case notRunning
}
