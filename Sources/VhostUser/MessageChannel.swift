internal import Linux
internal import Glibc

/// The socket, message by message. Never blocks: half a message is kept until the rest comes.
struct MessageChannel: ~Copyable {
    let socket: Socket
    /// Our own memory, as large as the largest message.
    private let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: MessageLayout.headerSize + MessageLayout.mostPayload, alignment: 8)
    private var filled = 0
    private var descriptors: [CInt] = []
    private var hasSurplus = false

    init(socket: consuming OwnedDescriptor) {
        self.socket = Socket(owning: socket)
    }

    deinit {
        buffer.deallocate()
        for descriptor in descriptors { close(descriptor) }
    }

    enum Incoming: ~Copyable {
        case message(Message)
        case nothing
        case closed
    }

    mutating func receive() throws(VhostUserError) -> Incoming {
        while true {
            let wanted = try wantedBytes()
            if filled == wanted {
                if filled > MessageLayout.headerSize || word(8) == 0 { return .message(try takeMessage()) }
                continue
            }
            switch try fill(upTo: wanted) {
            case .bytes(let count): filled += count
            case .nothing: return .nothing
            case .closed: return .closed
            }
        }
    }

    /// Sends a message of ours; descriptors stay the caller's.
    func send(request: UInt32, flags: UInt32, payload: [UInt8], descriptors: [CInt] = []) throws(VhostUserError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(MessageLayout.headerSize + payload.count)
        for word in [request, flags | MessageLayout.version, UInt32(payload.count)] { bytes.append(littleEndian: word) }
        bytes += payload
        do throws(SystemError) {
            try bytes.span.withUnsafeBytes { raw throws(SystemError) in
                try socket.send(raw, descriptors: descriptors)
            }
        } catch {
            throw .system(error)
        }
    }

    // MARK: - Receiving

    private func word(_ offset: Int) -> UInt32 {
        UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    /// How many bytes the message has as far as that is known.
    private func wantedBytes() throws(VhostUserError) -> Int {
        guard filled >= MessageLayout.headerSize else { return MessageLayout.headerSize }
        guard word(4) & MessageLayout.versionMask == MessageLayout.version else { throw .badVersion(word(4)) }
        guard word(8) <= UInt32(MessageLayout.mostPayload) else { throw .oversized(request: word(0), bytes: word(8)) }
        return MessageLayout.headerSize + Int(word(8))
    }

    private mutating func fill(upTo end: Int) throws(VhostUserError) -> Socket.Received {
        do throws(SystemError) {
            return try socket.receive(
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<end]), descriptors: &descriptors,
                limit: MessageLayout.mostRegionsPerMessage - descriptors.count, surplus: &hasSurplus)
        } catch {
            throw .system(error)
        }
    }

    private mutating func takeMessage() throws(VhostUserError) -> Message {
        let message = Message(
            request: word(0), flags: word(4), payload: Array(buffer[MessageLayout.headerSize..<filled]),
            descriptors: descriptors)
        let surplus = hasSurplus
        let count = descriptors.count
        filled = 0
        descriptors = []
        hasSurplus = false
        if let request = Request(rawValue: message.request), surplus || count > request.mostDescriptors {
            throw .surplusDescriptors(request, count: count)
        }
        return message
    }
}

extension [UInt8] {
    mutating func append(littleEndian word: UInt32) {
        Swift.withUnsafeBytes(of: word.littleEndian) { self.append(contentsOf: $0) }
    }

    mutating func append(littleEndian word: UInt64) {
        Swift.withUnsafeBytes(of: word.littleEndian) { self.append(contentsOf: $0) }
    }
}
