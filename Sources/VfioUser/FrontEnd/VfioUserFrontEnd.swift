public import Linux

/// The VMM's end of a vfio-user connection, for load and tests: it speaks as QEMU does.
///
/// Every call blocks until it is done, or until ``patience`` has passed. One thread at a time.
public final class VfioUserFrontEnd {
    /// How long a server may take for an answer (ns).
    public var patience: UInt64
    private let socket: Socket
    private var lastID: UInt16 = 0

    public init(socket: consuming OwnedDescriptor, patience: UInt64 = 5_000_000_000) {
        self.socket = Socket(owning: socket)
        self.patience = patience
    }

    /// Connects to the socket at `path`.
    public convenience init(path: String, patience: UInt64 = 5_000_000_000) throws(VfioUserFrontEndError) {
        do throws(SystemError) {
            self.init(socket: try UnixListener.connect(to: path), patience: patience)
        } catch {
            throw .system(error)
        }
    }

    /// The socket, to be watched.
    public var descriptor: CInt { socket.descriptor.raw }

    /// Ends the connection, as a VMM that goes away does.
    public func hangUp() { socket.shutDown() }

    // MARK: - Messages

    /// Sends one message of any form; descriptors stay the caller's.
    ///
    /// - Returns: its number.
    @discardableResult
    public func send(
        _ command: UInt16, flags: UInt32 = 0, payload: [UInt8] = [], descriptors: [CInt] = []
    ) throws(VfioUserFrontEndError) -> UInt16 {
        lastID &+= 1
        var bytes: [UInt8] = []
        bytes.append(littleEndian: lastID)
        bytes.append(littleEndian: command)
        bytes.append(littleEndian: UInt32(clamping: MessageLayout.headerSize + payload.count))
        bytes.append(littleEndian: flags)
        bytes.append(littleEndian: UInt32(0))
        try send(bytes: bytes + payload, descriptors: descriptors)
        return lastID
    }

    /// Sends bytes as they are, which need not be a message.
    public func send(bytes: [UInt8], descriptors: [CInt] = []) throws(VfioUserFrontEndError) {
        let deadline = MonotonicClock.now() &+ patience
        do throws(SystemError) {
            while true {
                do throws(SystemError) {
                    return try bytes.span.withUnsafeBytes { raw throws(SystemError) in
                        try socket.send(raw, descriptors: descriptors)
                    }
                } catch {
                    guard error.isTemporary, try Readiness.awaitWritable(descriptor, until: deadline) else {
                        throw error
                    }
                }
            }
        } catch {
            throw error.isHangup ? .closed : .system(error)
        }
    }

    /// Sends a command and waits for its answer's payload.
    @discardableResult
    public func ask(
        _ command: Command, payload: [UInt8] = [], descriptors: [CInt] = []
    ) throws(VfioUserFrontEndError) -> [UInt8] {
        let id = try send(command.rawValue, payload: payload, descriptors: descriptors)
        return try awaitAnswer(to: id, command)
    }

    /// Waits for the answer to a command that was sent.
    public func awaitAnswer(to id: UInt16, _ command: Command) throws(VfioUserFrontEndError) -> [UInt8] {
        let deadline = MonotonicClock.now() &+ patience
        let header = try receive(MessageLayout.headerSize, command, until: deadline)
        let (first, size) = (Self.word(header, 0), Self.word(header, 4))
        let (flags, errno) = (Self.word(header, 8), Self.word(header, 12))
        guard size >= UInt32(MessageLayout.headerSize), size <= 1 << 20 else {
            throw .badAnswer(to: command, "\(size) bytes")
        }
        let payload = try receive(Int(size) - MessageLayout.headerSize, command, until: deadline)
        guard first == UInt32(id) | UInt32(command.rawValue) << 16 else {
            throw .badAnswer(to: command, "the answer is one to message 0x\(String(first, radix: 16))")
        }
        guard flags & MessageLayout.typeMask == MessageLayout.isReply else {
            throw .badAnswer(to: command, "not marked as an answer")
        }
        guard flags & MessageLayout.isError == 0 else { throw .refused(command, errno: errno) }
        return payload
    }

    /// Waits until the server closes the connection; answers that come before are dropped.
    ///
    /// - Returns: false if the deadline passed first.
    public func awaitClose() throws(VfioUserFrontEndError) -> Bool {
        do throws(VfioUserFrontEndError) {
            let deadline = MonotonicClock.now() &+ patience
            while true { _ = try receive(1, .version, until: deadline) }
        } catch {
            if case .noAnswer = error { return false }
            guard error == .closed else { throw error }
            return true
        }
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
    }

    private func receive(
        _ count: Int, _ command: Command, until deadline: UInt64
    ) throws(VfioUserFrontEndError) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard let part = try receiveSome(count - bytes.count, until: deadline) else {
                throw .noAnswer(to: command)
            }
            bytes += part
        }
        return bytes
    }

    /// At least one byte, at most `count`; `nil` if the deadline passed first.
    private func receiveSome(_ count: Int, until deadline: UInt64) throws(VfioUserFrontEndError) -> [UInt8]? {
        var part = [UInt8](repeating: 0, count: count)
        var none: [CInt] = []
        var surplus = false
        do throws(SystemError) {
            guard try Readiness.awaitReadable(descriptor, until: deadline) else { return nil }
            var span = part.mutableSpan
            let received = try span.withUnsafeMutableBytes { raw throws(SystemError) in
                try socket.receive(into: raw, descriptors: &none, limit: 0, surplus: &surplus)
            }
            switch received {
            case .bytes(let number): return Array(part.prefix(number))
            case .nothing: return []
            case .closed: break
            }
        } catch {
            throw .system(error)
        }
        throw .closed
    }
}
