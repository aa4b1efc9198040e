public import Linux

/// One virtqueue as the front-end sets it up: where its ring lies, and the eventfds of both directions.
public final class FrontEndQueue: Sendable {
    /// Entries.
    public let size: UInt16
    // Guest-physical addresses of the ring's three parts; of a packed ring the driver's and the device's event
    // suppression are named available and used, as the protocol does.
    public let descriptors: UInt64
    public let available: UInt64
    public let used: UInt64
    /// The driver's notifications to the device.
    public let kick: EventCounter
    /// The device's notifications to the driver.
    public let call: EventCounter
    /// The device tells that the queue cannot go on.
    public let error: EventCounter

    public init(size: UInt16, descriptors: UInt64, available: UInt64, used: UInt64) throws(SystemError) {
        self.size = size
        self.descriptors = descriptors
        self.available = available
        self.used = used
        kick = try EventCounter()
        call = try EventCounter()
        error = try EventCounter()
    }

    /// Blocks until the device calls, and takes the call.
    ///
    /// - Returns: false if the deadline (ns) passed first.
    public func awaitCall(until deadline: UInt64) throws(SystemError) -> Bool {
        guard try Readiness.awaitReadable(call.descriptor.raw, until: deadline) else { return false }
        return call.drain()
    }
}
