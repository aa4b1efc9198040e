internal import HostMemory
internal import Linux
internal import Virtio

extension VhostUserBackend {
    /// VHOST_USER_F_PROTOCOL_FEATURES, a bit of the protocol in the device's feature bits.
    static let protocolFeaturesBit: UInt64 = 1 << 30

    /// Takes the next message, if one is there.
    public mutating func receive() throws(VhostUserError) -> Action {
        switch try channel.receive() {
        case .nothing: return .nothing
        case .closed: return .closed
        case .message(var message):
            guard let request = Request(rawValue: message.request) else {
                throw .unknownRequest(message.request)
            }
            awaiting = (message.request, message.needsReply)
            let action = try handle(request, &message)
            return action
        }
    }

    private mutating func handle(_ request: Request, _ message: inout Message) throws(VhostUserError) -> Action {
        switch request {
        case .getFeatures:
            return try answer(request, description.features | Self.protocolFeaturesBit)
        case .getProtocolFeatures:
            return try answer(request, ProtocolFeatures.offered.rawValue)
        case .getQueueCount:
            return try answer(request, UInt64(description.queueCount))
        case .getMemorySlotCount:
            return try answer(request, UInt64(MemoryTable.mostRegions))
        case .setFeatures:
            return try setFeatures(message)
        case .setProtocolFeatures:
            protocolFeatures = ProtocolFeatures(rawValue: try word(of: message, request))
                .intersection(ProtocolFeatures.offered)
            return .done
        case .setOwner:
            return .done
        case .resetOwner:
            features = 0
            acceptsProtocol = false
            return .reset
        case .setMemoryTable, .addMemoryRegion, .removeMemoryRegion:
            try changeMemory(request, &message)
            remapRings()
            return .memoryChanged
        case .setVringSize, .setVringBase, .setVringAddress, .setVringEnable, .getVringBase:
            return try setUpVring(request, message)
        case .setVringKick, .setVringCall, .setVringError:
            return try setDescriptor(request, &message)
        case .setBackendRequestDescriptor:
            guard let descriptor = message.takeDescriptor() else { throw .missingDescriptors(request) }
            backendChannel = Socket(owning: OwnedDescriptor(owning: descriptor))
            return .done
        case .getConfiguration, .setConfiguration:
            return try accessConfiguration(request, message)
        }
    }

    // MARK: - Simple requests

    private mutating func answer(_ request: Request, _ value: UInt64) throws(VhostUserError) -> Action {
        awaiting = nil
        try reply(to: request.rawValue, value)
        return .done
    }

    private func word(of message: borrowing Message, _ request: Request) throws(VhostUserError) -> UInt64 {
        guard message.payload.count == 8, let word = message.word64(at: 0) else {
            throw .badPayload(request, bytes: message.payload.count)
        }
        return word
    }

    private mutating func setFeatures(_ message: borrowing Message) throws(VhostUserError) -> Action {
        let accepted = try word(of: message, .setFeatures)
        let unknown = accepted & ~(description.features | Self.protocolFeaturesBit)
        guard unknown == 0 else { throw .featuresNotOffered(unknown) }
        features = accepted & ~Self.protocolFeaturesBit
        acceptsProtocol = accepted & Self.protocolFeaturesBit != 0
        return .featuresNegotiated(features)
    }

    private func accessConfiguration(
        _ request: Request, _ message: borrowing Message
    ) throws(VhostUserError) -> Action {
        guard let offset = message.word32(at: 0), let count = message.word32(at: 4),
            count <= MessageLayout.mostConfiguration, offset <= MessageLayout.mostConfiguration - Int(count),
            message.payload.count == MessageLayout.configurationHeaderSize + Int(count)
        else { throw .badPayload(request, bytes: message.payload.count) }
        if request == .getConfiguration { return .readConfiguration(offset: Int(offset), count: Int(count)) }
        let bytes = Array(message.payload[MessageLayout.configurationHeaderSize...])
        return .writeConfiguration(offset: Int(offset), bytes: bytes)
    }

    // MARK: - Rings

    private mutating func setUpVring(_ request: Request, _ message: borrowing Message) throws(VhostUserError) -> Action
    {
        guard let word = message.word32(at: 0) else { throw .badPayload(request, bytes: message.payload.count) }
        guard word < UInt32(description.queueCount) else { throw .badQueue(request, index: UInt64(word)) }
        let index = Int(word)
        if request == .setVringAddress {
            try setAddresses(of: index, message)
            return .done
        }
        guard message.payload.count == 8, let value = message.word32(at: 4) else {
            throw .badPayload(request, bytes: message.payload.count)
        }
        switch request {
        case .setVringSize:
            guard let size = UInt16(exactly: value), size <= 32768 else {
                throw .badValue(request, "size \(value) must be at most 32768")
            }
            guard !vrings[index].isRunning else { throw .badValue(request, "queue \(index) is running") }
            // QEMU passes on what the guest wrote, and ends when we close: a size that cannot be leaves the queue unset.
            let isValid = RingKind(features: features).isValid(size: size)
            vrings[index].size = isValid ? size : 0
            vrings[index].problem =
                isValid ? nil : "the driver wants a ring of \(size) entries; a split ring has a power of two of them"
            return .done
        case .setVringBase:
            guard value <= UInt32(UInt16.max) || RingKind(features: features) == .packed else {
                throw .badValue(request, "base \(value) must be below 65536")
            }
            guard !vrings[index].isRunning else { throw .badValue(request, "queue \(index) is running") }
            vrings[index].base = value
            return .done
        case .setVringEnable:
            guard value <= 1 else { throw .badValue(request, "\(value) must be 0 or 1") }
            vrings[index].isEnabled = value == 1
            activate(index)
            return .ringsChanged
        default:
            return .stopRing(queue: index)
        }
    }

    private mutating func setAddresses(of index: Int, _ message: borrowing Message) throws(VhostUserError) {
        guard message.payload.count == MessageLayout.vringAddressSize, let descriptors = message.word64(at: 8),
            let used = message.word64(at: 16), let available = message.word64(at: 24)
        else { throw .badPayload(.setVringAddress, bytes: message.payload.count) }
        let addresses = Vring.Addresses(descriptors: descriptors, used: used, available: available)
        // Latched while the ring runs: a ring that moves under the device is nobody's.
        guard !vrings[index].isRunning || vrings[index].addresses == addresses else {
            throw .badValue(.setVringAddress, "queue \(index) is running")
        }
        vrings[index].addresses = addresses
    }

    private mutating func setDescriptor(
        _ request: Request, _ message: inout Message
    ) throws(VhostUserError) -> Action {
        let word = try word(of: message, request)
        let number = word & MessageLayout.vringIndexMask
        guard number < UInt64(description.queueCount) else { throw .badQueue(request, index: number) }
        let index = Int(number)
        let event = try event(request, &message, isNone: word & MessageLayout.noDescriptor != 0)
        switch request {
        case .setVringKick:
            // Without the protocol's feature there is no enable message: a kick is one.
            if !acceptsProtocol { vrings[index].isEnabled = true }
            return .replaceKick(queue: index, with: event)
        case .setVringCall:
            vrings[index].call = event
            // Chains may have been returned while there was nobody to tell.
            vrings[index].notify()
        default:
            vrings[index].error = event
        }
        return .done
    }

    /// The eventfd that came with a message; `nil` where the message says that there is none.
    private func event(
        _ request: Request, _ message: inout Message, isNone: Bool
    ) throws(VhostUserError) -> EventCounter? {
        guard let raw = message.takeDescriptor() else {
            guard isNone else { throw .missingDescriptors(request) }
            return nil
        }
        let descriptor = OwnedDescriptor(owning: raw)
        guard !isNone else { throw .missingDescriptors(request) }
        do throws(SystemError) {
            return try EventCounter(adopting: descriptor)
        } catch {
            throw .badValue(request, "the descriptor is not an eventfd")
        }
    }
}
