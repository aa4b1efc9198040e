import Linux
import Testing

@testable import VhostUser

/// The form of messages: headers, lengths, halves, descriptors.
struct MessageTests {
    @Test func answersWhatItIs() throws {
        let bench = try Bench()
        #expect(try bench.ask(.getFeatures).word == Bench.features | 1 << 30)
        #expect(try bench.ask(.getProtocolFeatures).word == ProtocolFeatures.offered.rawValue)
        #expect(try bench.ask(.getQueueCount).word == 5)
        #expect(try bench.ask(.getMemorySlotCount).word == 512)
        #expect(try bench.reply() == nil)
    }

    @Test(arguments: [0, 2, 3, 0xfffe] as [UInt32])
    func wrongVersionIsRefused(flags: UInt32) throws {
        let bench = try Bench()
        try bench.send(bytes: Bench.message(1, flags: flags))
        #expect(throws: VhostUserError.badVersion(flags)) { try bench.pump() }
    }

    @Test(arguments: [0, 6, 7, 19, 20, 26, 31, 39, 40, 1000, .max] as [UInt32])
    func unknownRequestIsRefused(number: UInt32) throws {
        let bench = try Bench()
        try bench.send(bytes: Bench.message(number))
        #expect(throws: VhostUserError.unknownRequest(number)) { try bench.pump() }
    }

    @Test func unknownRequestClosesItsDescriptors() throws {
        let bench = try Bench()
        let pipe = try Pipe()
        try bench.send(bytes: Bench.message(99, [1, 2, 3]), descriptors: [pipe.writeEnd, pipe.writeEnd])
        pipe.closeWrite()
        #expect(throws: VhostUserError.unknownRequest(99)) { try bench.pump() }
        #expect(pipe.isClosed)
    }

    @Test(arguments: [1025, 4096, .max] as [UInt32])
    func oversizedMessageIsRefusedBeforeItsPayload(size: UInt32) throws {
        let bench = try Bench()
        try bench.send(bytes: .words(5, 1, size))
        #expect(throws: VhostUserError.oversized(request: 5, bytes: size)) { try bench.pump() }
    }

    /// A message may come byte by byte, with others right behind it.
    @Test func halvesAreKept() throws {
        let bench = try Bench()
        let bytes = Bench.message(2, .longs(Bench.features)) + Bench.message(1)
        for (index, byte) in bytes.enumerated() {
            try bench.send(bytes: [byte])
            let steps = try bench.pump()
            switch index {
            case 19: #expect(steps == [.featuresNegotiated(Bench.features)])
            case bytes.count - 1: #expect(steps == [.done])
            default: #expect(steps.isEmpty)
            }
        }
        #expect(try bench.reply()?.word == Bench.features | 1 << 30)
    }

    @Test func severalMessagesAtOnce() throws {
        let bench = try Bench()
        let steps: [Bench.Step] = Array(repeating: .done, count: 40)
        try bench.send(bytes: (0..<40).flatMap { _ in Bench.message(3) })
        #expect(try bench.pump() == steps)
    }

    @Test(arguments: [0, 1, 11, 12, 15])
    func halfAMessageThenClosed(count: Int) throws {
        let pair = try Socket.Pair()
        var front: Socket? = Socket(owning: try pair.left.duplicate())
        let bytes = Bench.message(2, .longs(0))
        try bytes[..<count].withUnsafeBytes { if count > 0 { try front?.send($0) } }
        var backend = VhostUserBackend(
            socket: try pair.right.duplicate(),
            description: .init(features: 0, queueCount: 5, configurationSize: 16))
        // Both copies of the front-end's end are closed.
        front = nil
        _ = consume pair
        guard case .closed = try backend.receive() else {
            Issue.record("not closed")
            return
        }
    }

    @Test func descriptorsOfAHalfMessageAreClosed() throws {
        let pipe = try Pipe()
        do {
            let bench = try Bench()
            try bench.send(bytes: Array(Bench.message(12, .longs(0))[..<14]), descriptors: [pipe.writeEnd])
            pipe.closeWrite()
            #expect(try bench.pump().isEmpty)
            #expect(!pipe.isClosed)
        }
        #expect(pipe.isClosed)
    }

    /// Requests and the lengths of payload that each may have.
    static let lengths: [(Request, Set<Int>)] = [
        (.setFeatures, [8]), (.setProtocolFeatures, [8]), (.setVringSize, [8]), (.setVringBase, [8]),
        (.setVringEnable, [8]), (.getVringBase, [8]), (.setVringAddress, [40]), (.setVringKick, [8]),
        (.setVringCall, [8]), (.setVringError, [8]), (.addMemoryRegion, [40]), (.removeMemoryRegion, [40]),
        (.setMemoryTable, [8]), (.getConfiguration, [12]), (.setConfiguration, [12]),
    ]

    /// The payload is all zeros, so every wrong length has to be found by the length alone.
    @Test(arguments: lengths)
    func payloadOfWrongLengthIsRefused(request: Request, right: Set<Int>) throws {
        for count in Array(0...64) + [255, 264, 1023, 1024] where !right.contains(count) {
            let bench = try Bench()
            #expect(throws: VhostUserError.badPayload(request, bytes: count)) {
                try bench.call(request, [UInt8](repeating: 0, count: count))
            }
        }
    }

    @Test(arguments: [Request.setVringKick, .setVringCall, .setVringError])
    func surplusDescriptorsAreRefusedAndClosed(request: Request) throws {
        let bench = try Bench()
        let pipe = try Pipe()
        try bench.send(
            bytes: Bench.message(request.rawValue, .longs(0)), descriptors: [pipe.writeEnd, pipe.writeEnd])
        pipe.closeWrite()
        #expect(throws: VhostUserError.surplusDescriptors(request, count: 2)) { try bench.pump() }
        #expect(pipe.isClosed)
    }

    @Test(arguments: [Request.getFeatures, .setOwner, .setFeatures, .setVringEnable, .getVringBase, .setConfiguration])
    func descriptorsWhereNoneBelong(request: Request) throws {
        let bench = try Bench()
        let event = try EventCounter()
        #expect(throws: VhostUserError.surplusDescriptors(request, count: 1)) {
            try bench.call(request, .longs(0), descriptors: [event.descriptor.raw])
        }
    }

    /// More descriptors than any message may carry, spread over the pieces of one.
    @Test func descriptorsInEachPiece() throws {
        let bench = try Bench()
        let pipe = try Pipe()
        let bytes = Bench.message(Request.setMemoryTable.rawValue, [UInt8](repeating: 0, count: 8 + 8 * 32))
        for byte in bytes[..<20] { try bench.send(bytes: [byte], descriptors: [pipe.writeEnd]) }
        try bench.send(bytes: Array(bytes[20...]))
        pipe.closeWrite()
        #expect(throws: VhostUserError.surplusDescriptors(.setMemoryTable, count: 8)) { try bench.pump() }
        #expect(pipe.isClosed)
    }

    @Test(arguments: [Request.setVringKick, .setVringCall, .setVringError])
    func missingDescriptorIsRefused(request: Request) throws {
        let bench = try Bench()
        #expect(throws: VhostUserError.missingDescriptors(request)) { try bench.call(request, .longs(0)) }
        // Said to have none, and yet one came.
        let event = try EventCounter()
        let other = try Bench()
        #expect(throws: VhostUserError.missingDescriptors(request)) {
            try other.call(request, .longs(UInt64(1 << 8)), descriptors: [event.descriptor.raw])
        }
    }

    @Test func missingRequestChannelIsRefused() throws {
        let bench = try Bench()
        #expect(throws: VhostUserError.missingDescriptors(.setBackendRequestDescriptor)) {
            try bench.call(.setBackendRequestDescriptor)
        }
    }

    @Test func acknowledgesWhereItWasAgreed() throws {
        let bench = try Bench()
        try bench.call(.setOwner, needsReply: true)
        #expect(try bench.reply() == nil)
        try bench.negotiate(Bench.features, .replyAcknowledge)
        try bench.call(.setOwner, needsReply: true)
        #expect(try bench.reply() == Bench.Reply(request: 3, flags: 5, payload: .longs(0)))
        // A request with an answer of its own gets that one alone.
        try bench.send(bytes: Bench.message(1, flags: 9))
        try bench.pump()
        #expect(try bench.reply()?.word == Bench.features | 1 << 30)
        #expect(try bench.reply() == nil)
    }

    @Test func featuresThatWereNotOffered() throws {
        let bench = try Bench()
        #expect(throws: VhostUserError.featuresNotOffered(1 << 34 | 1 << 6)) {
            try bench.call(.setFeatures, .longs(Bench.features | 1 << 34 | 1 << 6))
        }
        // Extensions of the protocol that are not known are left out, as the protocol has it.
        let other = try Bench()
        #expect(try other.call(.setProtocolFeatures, .longs(UInt64.max)) == [.done])
    }

    @Test func configurationSpace() throws {
        let bench = try Bench()
        #expect(
            try bench.call(.setConfiguration, .words(4, 4, 0) + [1, 2, 3, 4]) == [
                .writeConfiguration(offset: 4, bytes: [1, 2, 3, 4])
            ])
        let reply = try bench.ask(.getConfiguration, .words(0, 16, 0) + [UInt8](repeating: 9, count: 16))
        #expect(reply.payload == .words(0, 16, 0) + [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(
            try bench.ask(.getConfiguration, .words(0, 256, 0) + [UInt8](repeating: 0, count: 256)).payload.count == 268
        )
    }

    @Test(arguments: [(0, 257), (257, 0), (250, 7), (.max, 1), (1, .max), (.max, .max)] as [(UInt32, UInt32)])
    func configurationOutOfRange(offset: UInt32, count: UInt32) throws {
        for request in [Request.getConfiguration, .setConfiguration] {
            let bench = try Bench()
            let bytes = [UInt8](repeating: 0, count: Int(min(count, 300)))
            #expect(throws: VhostUserError.badPayload(request, bytes: 12 + bytes.count)) {
                try bench.call(request, .words(offset, count, 0) + bytes)
            }
        }
    }

    @Test func resetOwnerResets() throws {
        let bench = try Bench()
        try bench.negotiate()
        #expect(try bench.call(.resetOwner) == [.reset])
        #expect(bench.features == 0)
    }
}
