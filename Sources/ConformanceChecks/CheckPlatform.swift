/// What a ``CheckRing`` needs: memory, a clock, and notifications in both directions.
///
/// One thread at a time. Every wait has a bound; what a device does wrong is a ``CheckError``.
public protocol RingPlatform: AnyObject, SendableMetatype {
    /// How long the device may take for any one answer (ns).
    var patience: UInt64 { get }

    /// Nanoseconds of a clock that only goes forward.
    func now() -> UInt64
    /// Where a guest-physical range lies for us.
    func pointer(to address: UInt64, count: Int) throws(CheckError) -> UnsafeMutableRawPointer
    /// Notifies the device of a queue.
    func kick(_ queue: Int)
    /// Waits until the device notifies us.
    ///
    /// - Returns: false if the deadline passed first.
    func awaitCall(_ queue: Int, until deadline: UInt64) throws(CheckError) -> Bool
}

/// What checks are played on: a VMM of our own before a vhost-user socket, or a virtual machine seen from inside.
///
/// Queues are those of the last ``prepare(features:queues:)``.
public protocol CheckPlatform: RingPlatform {
    /// Where in guest memory the checks may play.
    var playground: Playground { get }
    /// All feature bits that the device offers.
    var offeredFeatures: UInt64 { get }
    /// Whether there is a configuration space to be read.
    var hasConfiguration: Bool { get }

    /// Lets some time (ns) pass.
    func rest(_ nanoseconds: UInt64)
    /// Bytes of host memory behind these pages, or behind all of memory: only the difference of two calls counts.
    func resident(_ pages: Range<UInt32>) throws(CheckError) -> UInt64

    /// The most entries of a queue; 0: there is no such queue.
    func queueSizeLimit(_ queue: Int) -> UInt16
    /// Does what a fresh driver does before DRIVER_OK, which comes with ``start()``: agrees on features, and tells
    /// where its queues are.
    func prepare(features: UInt64, queues: [QueuePlace]) throws(CheckError)
    /// Sets DRIVER_OK.
    func start() throws(CheckError)
    /// Ends the driver, and lets the next machine come: by a new connection, or a reset.
    func renew() throws(CheckError)

    /// Waits until the device says that its configuration has changed; false if the deadline passed first.
    func awaitConfigurationChange(until deadline: UInt64) throws(CheckError) -> Bool
    /// Whether the device says that it has given a queue up.
    func isGivenUp(_ queue: Int) throws(CheckError) -> Bool
    /// Waits until the device has dealt with all that it was told so far, apart from queues.
    func synchronize() throws(CheckError)

    /// The little-endian word at `offset` bytes of the configuration.
    func readWord(_ offset: Int) throws(CheckError) -> UInt32
    /// Writes all four bytes at once.
    func writeWord(_ offset: Int, _ value: UInt32) throws(CheckError)

    /// Makes the device begin free page hinting, by whatever can do that from outside.
    ///
    /// - Returns: false if nothing can.
    func beginHinting() throws(CheckError) -> Bool
}

/// A virtqueue as a driver tells it to the device.
public struct QueuePlace {
    /// The queue's number.
    public var number: Int
    /// Entries.
    public var size: UInt16
    /// Guest-physical address of the descriptors.
    public var descriptors: UInt64
    /// Guest-physical address of the driver's part: the available ring or event suppression.
    public var available: UInt64
    /// Guest-physical address of the device's part: the used ring or event suppression.
    public var used: UInt64
}
