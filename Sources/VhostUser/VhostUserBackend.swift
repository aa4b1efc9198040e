public import HostMemory
public import Linux
internal import Virtio

/// The back-end's end of one vhost-user connection: what the VMM has said so far, and what follows from it.
///
/// ``receive()`` takes one message and says what is left for the device to do; the device does it and answers.
/// Nothing here blocks, and nothing that a VMM sends can make it trap. One thread at a time.
public struct VhostUserBackend: ~Copyable {
    public static let mostQueues = 8

    /// What the device is, as the VMM asks for it.
    public struct Description: Sendable {
        /// Feature bits of the device and of VIRTIO; the protocol's own bit is added.
        public var features: UInt64
        public var queueCount: Int
        /// Bytes.
        public var configurationSize: Int

        public init(features: UInt64, queueCount: Int, configurationSize: Int) {
            self.features = features
            self.queueCount = queueCount
            self.configurationSize = configurationSize
        }
    }

    /// What the device has to do after a message. All but the two reads are ended by ``acknowledge(success:)``.
    public enum Action: ~Copyable {
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
        /// Regions came or went; rings have been mapped anew.
        case memoryChanged
        /// Stop watching the old kick of the queue, then ``replaceKick(of:with:)``.
        case replaceKick(queue: Int, with: EventCounter?)
        /// A ring was enabled or disabled.
        case ringsChanged
        /// The ring is stopped: answer with ``answerVringBase(queue:base:)``.
        case stopRing(queue: Int)
        /// The driver is gone with all that it set up.
        case reset
    }

    let description: Description
    var channel: MessageChannel
    var backendChannel: Socket?
    public internal(set) var memory = MemoryTable()
    var vrings = InlineArray<8, Vring> { _ in Vring() }
    /// Feature bits that the driver accepted, without the protocol's own.
    public internal(set) var features: UInt64 = 0
    /// The driver's side accepted the protocol's own feature bit: rings are enabled by messages.
    var acceptsProtocol = false
    var protocolFeatures: ProtocolFeatures = []
    /// The request that waits for its answer.
    var awaiting: (request: UInt32, needsReply: Bool)?

    public init(socket: consuming OwnedDescriptor, description: Description) {
        channel = MessageChannel(socket: socket)
        self.description = description
    }

    /// The socket, to be watched.
    public var descriptor: CInt { channel.socket.descriptor.raw }

    /// The driver has queues that run: it may be told of configuration changes.
    ///
    /// QEMU crashes on a configuration change while its device is not started, so all rings that the driver has set up
    /// must have been enabled.
    public var isStarted: Bool {
        var active = 0
        for index in 0..<Self.mostQueues {
            if vrings[index].isActive { active += 1 }
            if vrings[index].isConfigured, !vrings[index].isEnabled { return false }
        }
        return active > 0
    }

    /// The queues that the driver has set up, as bits.
    public var configuredQueues: UInt32 {
        var bits: UInt32 = 0
        for index in 0..<Self.mostQueues where vrings[index].isConfigured { bits |= 1 << UInt32(index) }
        return bits
    }

    /// The rings were taken up where they had been left: the virtual machine was paused, and its driver goes on.
    /// A fresh driver starts all of them at ``RingKind/freshBase``.
    public var isResumed: Bool {
        for index in 0..<Self.mostQueues where vrings[index].isResumed { return true }
        return false
    }

    // MARK: - Answers

    /// Ends a request: tells the VMM if it wanted to know.
    public mutating func acknowledge(success: Bool = true) throws(VhostUserError) {
        guard let (request, needsReply) = awaiting else { return }
        awaiting = nil
        guard needsReply, protocolFeatures.contains(.replyAcknowledge) else { return }
        try reply(to: request, success ? 0 : 1)
    }

    /// Answers a read of the configuration space.
    public mutating func answerConfiguration(offset: Int, _ bytes: [UInt8]) throws(VhostUserError) {
        awaiting = nil
        var payload: [UInt8] = []
        for word in [UInt32(clamping: offset), UInt32(bytes.count), 0] { payload.append(littleEndian: word) }
        try channel.send(
            request: Request.getConfiguration.rawValue, flags: MessageLayout.isReply, payload: payload + bytes)
    }

    /// Stops a ring for good and says where it stands. Its kick must not be watched any more.
    ///
    /// - Parameter held: how many chains the device has taken and not returned. They are taken again when the ring
    ///   goes on.
    public mutating func answerVringBase(queue: Int, retaking held: UInt16 = 0) throws(VhostUserError) {
        awaiting = nil
        let base = vrings[queue].position(retaking: held)
        vrings[queue].deactivate(base: base)
        vrings[queue].returnedBase = base
        vrings[queue].addresses = nil
        vrings[queue].kick = nil
        vrings[queue].isEnabled = false
        vrings[queue].problem = nil
        var payload: [UInt8] = []
        for word in [UInt32(queue), base] { payload.append(littleEndian: word) }
        try channel.send(request: Request.getVringBase.rawValue, flags: MessageLayout.isReply, payload: payload)
    }

    /// Puts another kick in place. The old one must not be watched any more.
    public mutating func replaceKick(of queue: Int, with kick: consuming EventCounter?) {
        vrings[queue].kick = kick
        activate(queue)
    }

    /// Tells the driver that the configuration changed.
    ///
    /// - Returns: false where the VMM gave no channel for it, or does not read from it.
    public mutating func notifyConfigurationChange() -> Bool {
        guard isStarted, backendChannel != nil else { return false }
        var bytes: [UInt8] = []
        for word in [BackendRequest.configurationChanged.rawValue, MessageLayout.version, 0] {
            bytes.append(littleEndian: word)
        }
        do throws(SystemError) {
            try bytes.span.withUnsafeBytes { raw throws(SystemError) in try backendChannel?.send(raw) }
            return true
        } catch {
            return false
        }
    }

    // MARK: - Rings

    mutating func activate(_ queue: Int) {
        vrings[queue].activate(in: memory, features: features)
    }

    /// Maps running rings anew, since the memory under them was laid out anew.
    mutating func remapRings() {
        for index in 0..<Self.mostQueues {
            if vrings[index].isRunning {
                vrings[index].remap(in: memory)
            } else {
                activate(index)
            }
        }
    }

    func reply(to request: UInt32, _ value: UInt64) throws(VhostUserError) {
        var payload: [UInt8] = []
        payload.append(littleEndian: value)
        try channel.send(request: request, flags: MessageLayout.isReply, payload: payload)
    }
}
