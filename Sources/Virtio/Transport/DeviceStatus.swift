/// The device status field (VIRTIO 1.4 §2.1).
public struct DeviceStatus: OptionSet, Hashable, Sendable {
    /// The bits of the register.
    public let rawValue: UInt8
    /// Any bits, also those that nobody knows.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The driver has seen the device.
    public static let acknowledge = DeviceStatus(rawValue: 1)
    /// The driver knows how to drive it.
    public static let driver = DeviceStatus(rawValue: 2)
    /// The driver is set up, and the device may use the queues.
    public static let driverOK = DeviceStatus(rawValue: 4)
    /// The features are agreed.
    public static let featuresOK = DeviceStatus(rawValue: 8)
    /// The device cannot go on without a reset.
    public static let needsReset = DeviceStatus(rawValue: 64)
    /// The driver has given up.
    public static let failed = DeviceStatus(rawValue: 128)
}
