public import Linux

/// The VMM's end of a vhost-user connection, for probes, load and tests: it speaks as QEMU does, in QEMU's order.
///
/// Every call blocks until it is done, or until ``patience`` has passed. One thread at a time.
public final class VhostUserFrontEnd {
    /// How long a back-end may take for an answer (ns).
    public var patience: UInt64
    /// Feature bits that the back-end offers, without the protocol's own. Known after ``open(wanting:)``.
    public internal(set) var offeredFeatures: UInt64 = 0
    /// What both sides agreed on.
    public internal(set) var protocolFeatures: ProtocolFeatures = []
    /// How many queues the back-end has; `nil` where it does not say.
    public internal(set) var queueCount: Int?
    var acceptsProtocol = false
    var channel: MessageChannel
    /// The memory whose regions the back-end knows, where they are told one by one.
    var shared: FrontEndMemory?
    /// What the back-end asks of us.
    var requests: MessageChannel?

    public init(socket: consuming OwnedDescriptor, patience: UInt64 = 5_000_000_000) {
        channel = MessageChannel(socket: socket)
        self.patience = patience
    }

    /// Connects to the socket at `path`.
    public convenience init(path: String, patience: UInt64 = 5_000_000_000) throws(FrontEndError) {
        do throws(SystemError) {
            self.init(socket: try UnixListener.connect(to: path), patience: patience)
        } catch {
            throw .system(error)
        }
    }

    /// The socket, to be watched.
    public var descriptor: CInt { channel.socket.descriptor.raw }

    /// Where the back-end's own requests arrive, to be watched; `nil`: it has no such channel.
    public var requestDescriptor: CInt? { requests?.socket.descriptor.raw }

    /// Ends the connection, as a VMM that goes away does; nothing can be said afterwards.
    public func hangUp() throws(FrontEndError) {
        channel.socket.shutDown()
        do throws(SystemError) {
            channel = MessageChannel(socket: try Socket.Pair().left.duplicate())
        } catch {
            throw .system(error)
        }
        requests = nil
    }

    // MARK: - Messages

    /// Sends one message of any form; descriptors stay the caller's.
    public func send(
        _ request: UInt32, flags: UInt32 = 0, payload: [UInt8] = [], descriptors: [CInt] = []
    ) throws(FrontEndError) {
        var bytes: [UInt8] = []
        for word in [request, flags | MessageLayout.version, UInt32(payload.count)] { bytes.append(littleEndian: word) }
        try send(bytes: bytes + payload, descriptors: descriptors)
    }

    /// Sends bytes as they are, which need not be a message.
    public func send(bytes: [UInt8], descriptors: [CInt] = []) throws(FrontEndError) {
        let deadline = deadline()
        while true {
            do throws(SystemError) {
                try bytes.span.withUnsafeBytes { raw throws(SystemError) in
                    try channel.socket.send(raw, descriptors: descriptors)
                }
                return
            } catch {
                if error.isHangup { throw .closed }
                guard error.isTemporary else { throw .system(error) }
            }
            do throws(SystemError) {
                guard try Readiness.awaitWritable(descriptor, until: deadline) else { break }
            } catch {
                throw .system(error)
            }
        }
        throw .notTaken
    }

    /// Sends a request and waits for its answer's payload.
    public func ask(_ request: Request, payload: [UInt8] = []) throws(FrontEndError) -> [UInt8] {
        try send(request.rawValue, payload: payload)
        return try awaitAnswer(to: request)
    }

    /// Sends a request that has no answer of its own.
    ///
    /// - Parameter isAwaited: wait until the back-end has dealt with it: by an acknowledgement where both sides can
    ///   that, else by asking something behind it.
    public func tell(
        _ request: Request, payload: [UInt8] = [], descriptors: [CInt] = [], isAwaited: Bool = false
    ) throws(FrontEndError) {
        let hasAcknowledge = protocolFeatures.contains(.replyAcknowledge)
        let flags = isAwaited && hasAcknowledge ? MessageLayout.needsReply : 0
        try send(request.rawValue, flags: flags, payload: payload, descriptors: descriptors)
        guard isAwaited else { return }
        guard hasAcknowledge else {
            _ = try ask(.getFeatures)
            return
        }
        guard try word(of: awaitAnswer(to: request), request) == 0 else { throw .refused(request) }
    }

    /// Waits for the answer to a request that was sent.
    public func awaitAnswer(to request: Request) throws(FrontEndError) -> [UInt8] {
        guard let answer = try receive(until: deadline()) else { throw .noAnswer(to: request) }
        guard answer.request == request.rawValue else {
            throw .badAnswer(to: request, "the answer is one to message \(answer.request)")
        }
        guard answer.flags & MessageLayout.isReply != 0 else {
            throw .badAnswer(to: request, "not marked as an answer")
        }
        return answer.payload
    }

    /// Waits until the back-end closes the connection; answers that come before are dropped.
    ///
    /// - Returns: false if the deadline passed first.
    public func awaitClose() throws(FrontEndError) -> Bool {
        let deadline = deadline()
        while true {
            do throws(FrontEndError) {
                guard try receive(until: deadline) != nil else { return false }
            } catch {
                guard error == .closed else { throw error }
                return true
            }
        }
    }

    // MARK: - Details

    struct Answer {
        let request: UInt32
        let flags: UInt32
        let payload: [UInt8]
    }

    func deadline() -> UInt64 { MonotonicClock.now() &+ patience }

    func word(of payload: [UInt8], _ request: Request) throws(FrontEndError) -> UInt64 {
        guard payload.count == 8 else { throw .badAnswer(to: request, "\(payload.count) bytes instead of 8") }
        return payload.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    /// The next answer; `nil` if the deadline passed first.
    private func receive(until deadline: UInt64) throws(FrontEndError) -> Answer? {
        try Self.awaitMessage(on: descriptor, until: deadline) { () throws(VhostUserError) in try channel.receive() }
    }

    /// The next message of the socket that `receive` reads; `nil` if the deadline passed first.
    static func awaitMessage(
        on descriptor: CInt, until deadline: UInt64,
        _ receive: () throws(VhostUserError) -> MessageChannel.Incoming
    ) throws(FrontEndError) -> Answer? {
        while true {
            do throws(VhostUserError) {
                switch try receive() {
                case .message(let message):
                    return Answer(request: message.request, flags: message.flags, payload: message.payload)
                case .closed: break
                case .nothing:
                    guard try isReadable(descriptor, until: deadline) else { return nil }
                    continue
                }
            } catch {
                throw .protocolError(error)
            }
            throw .closed
        }
    }

    private static func isReadable(_ descriptor: CInt, until deadline: UInt64) throws(VhostUserError) -> Bool {
        do throws(SystemError) {
            return try Readiness.awaitReadable(descriptor, until: deadline)
        } catch {
            throw .system(error)
        }
    }
}
