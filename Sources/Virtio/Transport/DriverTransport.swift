/// How a driver reaches its device: registers on a bus, or a test in the same process.
///
/// One thread at a time. Nothing here waits; what a device answers may be anything.
public protocol DriverTransport: ~Copyable {
    /// What is there at all.
    mutating func identify() -> TransportIdentity

    /// The device status field; 0 once a reset is complete.
    mutating func status() -> DeviceStatus
    /// Writes the device status field; 0 asks for a reset.
    mutating func setStatus(_ status: DeviceStatus)

    /// The 64 feature bits that the device offers.
    mutating func offeredFeatures() -> UInt64
    /// Tells the device which of them are accepted.
    mutating func acceptFeatures(_ features: UInt64)

    /// The most entries that queue number `queue` may have; 0: there is no such queue.
    mutating func queueSizeLimit(_ queue: Int) -> UInt16
    /// Tells the device where a queue lies, and enables it.
    ///
    /// - Returns: whether the device says that it is enabled.
    mutating func enable(_ queue: Int, _ layout: QueueLayout) -> Bool
    /// Tells the device that a queue has new chains.
    mutating func notify(_ queue: Int)

    /// Why the device has interrupted since the last call; reading acknowledges.
    mutating func takeInterrupts() -> InterruptCauses

    /// A number that changes whenever two fields of the configuration, read before and after, may not belong together.
    mutating func configurationGeneration() -> UInt32
    /// The little-endian word at `offset` bytes of the device's configuration.
    mutating func readConfiguration(_ offset: Int) -> UInt32
    /// Writes all four bytes at once (spec L4).
    mutating func writeConfiguration(_ offset: Int, _ value: UInt32)
}

/// What a transport found in its place.
public enum TransportIdentity: Equatable, Sendable {
    /// No device.
    case empty
    /// One that speaks only the interface from before VIRTIO 1.0.
    case legacy
    /// A device of this id (VIRTIO 1.4 §5).
    case device(UInt32)
}

/// Where a queue lies, by guest-physical addresses.
public struct QueueLayout: Equatable, Sendable {
    /// Entries.
    public var size: UInt16
    /// The descriptors.
    public var descriptors: UInt64
    /// The driver's part: the available ring, or a packed ring's driver event suppression.
    public var available: UInt64
    /// The device's part: the used ring, or a packed ring's device event suppression.
    public var used: UInt64

    /// A layout; each argument is described at the property of its name.
    public init(size: UInt16, descriptors: UInt64, available: UInt64, used: UInt64) {
        self.size = size
        self.descriptors = descriptors
        self.available = available
        self.used = used
    }
}

/// Why a device has interrupted.
public struct InterruptCauses: OptionSet, Hashable, Sendable {
    /// The bits of the interrupt status register.
    public let rawValue: UInt8
    /// Any bits, also those that nobody knows.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A queue has used chains.
    public static let queue = InterruptCauses(rawValue: 1)
    /// The configuration or the status has changed.
    public static let configuration = InterruptCauses(rawValue: 2)
}
