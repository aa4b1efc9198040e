internal import Glibc
internal import Linux

/// The socket, message by message. Never blocks: half a message is kept until the rest comes.
///
/// It takes as much as there is with one call, since a doorbell is a message. Descriptors end a receive, so they
/// belong to the message in which its last byte lies.
struct MessageChannel: ~Copyable {
    let socket: Socket
    /// Our own memory, as large as the largest message.
    private let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: MessageLayout.headerSize + MessageLayout.mostPayload, alignment: 8)
    /// What is not taken yet: `start..<end` of the buffer.
    private var start = 0
    private var end = 0
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
        /// A command of a later version, or one that was not offered.
        case unknown(Message.Origin)
        case nothing
        case closed
    }

    mutating func receive() throws(VfioUserError) -> Incoming {
        while true {
            if let size = try size(), size <= end - start { return try takeMessage(size) }
            switch try fill() {
            case .bytes(let count): end += count
            case .nothing: return .nothing
            case .closed: return .closed
            }
        }
    }

    /// Whether a message was taken from the socket and waits: no poll tells of it any more.
    var hasMessage: Bool {
        guard end - start >= MessageLayout.headerSize else { return false }
        return word(4) <= UInt32(clamping: end - start)
    }

    /// Answers a command, if it wants an answer. A client that does not read gets an error, not our patience.
    func reply(to origin: Message.Origin, errno: UInt32 = 0, _ payload: [UInt8] = []) throws(VfioUserError) {
        guard origin.needsReply else { return }
        let flags = MessageLayout.isReply | (errno == 0 ? 0 : MessageLayout.isError)
        try send(id: origin.id, command: origin.command, flags: flags, errno: errno, payload)
    }

    /// Sends a message as it is; descriptors stay the caller's.
    func send(
        id: UInt16, command: UInt16, flags: UInt32, errno: UInt32 = 0, _ payload: [UInt8],
        descriptors: [CInt] = []
    ) throws(VfioUserError) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(MessageLayout.headerSize + payload.count)
        bytes.append(littleEndian: id)
        bytes.append(littleEndian: command)
        bytes.append(littleEndian: UInt32(clamping: MessageLayout.headerSize + payload.count))
        bytes.append(littleEndian: flags)
        bytes.append(littleEndian: errno)
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
        UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: start + offset, as: UInt32.self))
    }

    /// Bytes of the message that comes next; `nil` until its header is there.
    private func size() throws(VfioUserError) -> Int? {
        guard end - start >= MessageLayout.headerSize else { return nil }
        let size = word(4)
        guard size >= UInt32(MessageLayout.headerSize), size <= UInt32(buffer.count) else { throw .badSize(size) }
        return Int(size)
    }

    private mutating func fill() throws(VfioUserError) -> Socket.Received {
        if start > 0 {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
            end -= start
            start = 0
        }
        do throws(SystemError) {
            return try socket.receive(
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]), descriptors: &descriptors,
                limit: MessageLayout.mostDescriptors - descriptors.count, surplus: &hasSurplus)
        } catch {
            throw .system(error)
        }
    }

    private mutating func takeMessage(_ size: Int) throws(VfioUserError) -> Incoming {
        let flags = word(8)
        let origin = Message.Origin(
            id: UInt16(truncatingIfNeeded: word(0)), command: UInt16(truncatingIfNeeded: word(0) >> 16),
            needsReply: flags & MessageLayout.noReply == 0)
        let payload = Array(buffer[(start + MessageLayout.headerSize)..<(start + size)])
        start += size
        // Taken here in any case: what is not used is closed with the message.
        let own = start == end ? descriptors : []
        let surplus = start == end && hasSurplus
        if start == end {
            descriptors = []
            hasSurplus = false
        }
        let command = Command(rawValue: origin.command)
        let message = Message(origin: origin, command: command ?? .version, payload: payload, descriptors: own)
        guard flags & MessageLayout.typeMask == 0 else { throw .notACommand(flags: flags) }
        guard let command else { return .unknown(origin) }
        guard !surplus, own.count <= command.mostDescriptors else {
            throw .surplusDescriptors(command, count: own.count)
        }
        return .message(message)
    }
}
