public import HostMemory
public import Linux
internal import Virtio

/// The server's end of one vfio-user connection: a modern virtio-pci function, as far as the VMM and its guest have set
/// it up.
///
/// ``receive()`` takes one message, answers it, and says what is left for the device to do. Nothing here blocks, and
/// nothing that a VMM sends can make it trap. One thread at a time.
public struct VfioUserBackend: ~Copyable {
    public static let mostQueues = 8

    /// What the device is.
    public struct Description: Sendable {
        /// VIRTIO's number of the kind of device, below 64.
        public var deviceNumber: UInt16
        /// Feature bits of the device and of VIRTIO.
        public var features: UInt64
        /// At most 5, so that each queue has an interrupt of its own beside the configuration's.
        public var queueCount: Int
        /// Bytes.
        public var configurationSize: Int

        public init(deviceNumber: UInt16, features: UInt64, queueCount: Int, configurationSize: Int) {
            self.deviceNumber = deviceNumber
            self.features = features
            self.queueCount = min(queueCount, Interrupts.vectorCount - 1)
            self.configurationSize = configurationSize
        }
    }

    /// What the device has to do after a message.
    public enum Action {
        /// Nothing has come in.
        case nothing
        /// The VMM is gone.
        case closed
        /// The message is dealt with.
        case done
        /// The driver accepted these feature bits.
        case featuresNegotiated(UInt64)
        /// Answer with ``answerConfiguration(_:)``.
        case readConfiguration(offset: Int, count: Int)
        case writeConfiguration(offset: Int, bytes: [UInt8])
        /// Memory came or went, and more of that may be on its way: firmware lays it out anew piece by piece.
        case memoryChanging
        /// The layout is one that the guest runs with.
        case memoryChanged
        /// DRIVER_OK: the enabled queues may be served. Or another one was enabled since.
        case started
        /// The driver notified a queue.
        case notified(queue: Int)
        /// The driver is gone with all that it set up.
        case reset
        /// Something was refused, and the VMM was told; the connection goes on.
        case refused(String)
    }

    /// The read of a region that waits for bytes of the device's configuration.
    struct Awaited {
        let origin: Message.Origin
        /// The answer, with room for `count` bytes at `place`.
        var payload: [UInt8]
        let place: Int
        let count: Int
    }

    let description: Description
    var channel: MessageChannel
    public internal(set) var memory = MemoryTable()
    var space: ConfigurationSpace
    var registers = CommonRegisters()
    var queues = InlineArray<8, FunctionQueue> { _ in FunctionQueue() }
    var interrupts = Interrupts()
    var hasVersion = false
    /// Memory was laid out anew, and nothing else has come since.
    var isMemoryChanging = false
    /// What came behind a change of the memory.
    var postponed: Message?
    var awaited: Awaited?

    public init(socket: consuming OwnedDescriptor, description: Description) {
        channel = MessageChannel(socket: socket)
        self.description = description
        space = ConfigurationSpace(
            deviceNumber: description.deviceNumber, vectors: Interrupts.vectorCount, queues: description.queueCount,
            configurationSize: description.configurationSize)
    }

    /// The socket, to be watched.
    public var descriptor: CInt { channel.socket.descriptor.raw }

    /// DRIVER_OK: the driver runs, and may be told of configuration changes.
    public var isStarted: Bool { registers.status.contains(.driverOK) }

    /// The queues that the driver has set up, as bits.
    public var configuredQueues: UInt32 {
        var bits: UInt32 = 0
        for index in 0..<Self.mostQueues where queues[index].isEnabled { bits |= 1 << UInt32(index) }
        return bits
    }

    /// Answers a read of the device's configuration.
    public mutating func answerConfiguration(_ bytes: [UInt8]) throws(VfioUserError) {
        guard var awaited else { return }
        self.awaited = nil
        for (index, byte) in zip(awaited.place..., bytes.prefix(awaited.count)) where index < awaited.payload.count {
            awaited.payload[index] = byte
        }
        try channel.reply(to: awaited.origin, awaited.payload)
    }

    /// The device's configuration is not what it was: a driver that reads it in pieces must be able to see that.
    public mutating func configurationChanged() {
        registers.generation &+= 1
    }

    /// Tells the driver that the configuration changed.
    ///
    /// - Returns: false where the driver does not run, or there is no way to tell it.
    public mutating func notifyConfigurationChange() -> Bool {
        guard isStarted else { return false }
        configurationChanged()
        return interrupt(registers.configurationVector, Interrupts.configurationCause)
    }

    mutating func interrupt(_ vector: UInt16, _ cause: UInt8) -> Bool {
        space.usesMessages ? interrupts.signalMessage(vector) : interrupts.raisePin(cause)
    }

    /// The feature bits that the driver has accepted.
    public var features: UInt64 { registers.driverFeatures }

    /// Maps the rings of a driver that runs, those in use anew: the memory under them may be another.
    mutating func mapRings() {
        guard isStarted else { return }
        for index in 0..<Self.mostQueues {
            queues[index].remap(in: memory, features: registers.driverFeatures)
        }
    }

    /// Forgets all that a driver has set up.
    mutating func resetDevice() {
        registers.reset()
        for index in 0..<Self.mostQueues { queues[index].reset() }
        interrupts.reset()
    }
}
