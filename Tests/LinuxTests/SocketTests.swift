import Glibc
import Linux
import SystemPackage
import Testing

@Suite struct SocketTests {
    private struct Ends: ~Copyable {
        let left: Socket
        let right: Socket
        init() throws {
            let pair = try Socket.Pair()
            let ends = (try pair.left.duplicate().release(), try pair.right.duplicate().release())
            left = Socket(owning: OwnedDescriptor(owning: ends.0))
            right = Socket(owning: OwnedDescriptor(owning: ends.1))
        }
    }

    private struct Message {
        var bytes: [UInt8] = []
        var descriptors: [CInt] = []
        var hasSurplus = false
        var isClosed = false
        var isNothing = false
    }

    private func receive(_ socket: borrowing Socket, limit: Int = 16, count: Int = 256) throws -> Message {
        var message = Message()
        var buffer = [UInt8](repeating: 0, count: count)
        let received = try buffer.withUnsafeMutableBytes {
            try socket.receive(
                into: $0, descriptors: &message.descriptors, limit: limit, surplus: &message.hasSurplus)
        }
        switch received {
        case .bytes(let count): message.bytes = Array(buffer[..<count])
        case .nothing: message.isNothing = true
        case .closed: message.isClosed = true
        }
        return message
    }

    private func send(_ socket: borrowing Socket, _ bytes: [UInt8], _ descriptors: [CInt] = []) throws {
        try bytes.withUnsafeBytes { try socket.send($0, descriptors: descriptors) }
    }

    @Test("bytes arrive; before them, nothing does")
    func bytes() throws {
        let ends = try Ends()
        #expect(try receive(ends.right).isNothing)
        try send(ends.left, [1, 2, 3])
        let message = try receive(ends.right)
        #expect(message.bytes == [1, 2, 3])
        #expect(message.descriptors.isEmpty)
        #expect(!message.hasSurplus)
    }

    @Test("a descriptor arrives as a copy of the same file, close-on-exec")
    func descriptor() throws {
        let ends = try Ends()
        let counter = try EventCounter()
        try send(ends.left, [1], [counter.descriptor.raw])
        let raw = try #require(try receive(ends.right).descriptors.first)
        let copy = EventCounter(owning: OwnedDescriptor(owning: raw))
        #expect(raw != counter.descriptor.raw)
        #expect(isCloseOnExec(raw))
        copy.signal()
        var count: UInt64 = 0
        #expect(read(counter.descriptor.raw, &count, 8) == 8)
    }

    @Test("robustness: descriptors beyond the limit are closed", arguments: [0, 1, 3, 16])
    func surplus(limit: Int) throws {
        let ends = try Ends()
        let reading = try sendWritingEnds(20, through: ends.left)
        let message = try receive(ends.right, limit: limit)
        #expect(message.hasSurplus)
        #expect(message.descriptors.count == limit)
        for descriptor in message.descriptors { close(descriptor) }
        var byte: UInt8 = 0
        #expect(read(reading.raw, &byte, 1) == 0, "no copy of the writing end is left open")
    }

    @Test("robustness: more descriptors than one message has room for are closed, too")
    func truncated() throws {
        let ends = try Ends()
        let reading = try sendWritingEnds(64, through: ends.left)
        let message = try receive(ends.right)
        #expect(message.hasSurplus)
        for descriptor in message.descriptors { close(descriptor) }
        var byte: UInt8 = 0
        #expect(read(reading.raw, &byte, 1) == 0)
    }

    /// Sends the writing end of a new pipe so many times, and keeps none.
    private func sendWritingEnds(_ count: Int, through socket: borrowing Socket) throws -> OwnedDescriptor {
        let pipe = try Pipe()
        try send(socket, [1], Array(repeating: pipe.writing.raw, count: count))
        return try pipe.reading.duplicate()
    }

    @Test("too many descriptors cannot be sent")
    func sendTooMany() throws {
        let ends = try Ends()
        #expect(throws: SystemError("sendmsg", .invalidArgument)) {
            try send(ends.left, [1], Array(repeating: ends.left.descriptor.raw, count: 65))
        }
    }

    @Test("a closed connection is no error, and sending to it raises no signal")
    func closed() throws {
        let left = try endWithoutPeer()
        #expect(try receive(left).isClosed)
        #expect(throws: SystemError("sendmsg", .brokenPipe)) { try send(left, [1]) }
    }

    private func endWithoutPeer() throws -> Socket {
        Socket(owning: try Socket.Pair().left.duplicate())
    }

    @Test("a peer that does not read gets an error, not our patience")
    func full() throws {
        let ends = try Ends()
        let block = [UInt8](repeating: 0, count: 65536)
        #expect(throws: SystemError("sendmsg", .resourceTemporarilyUnavailable)) {
            for _ in 0..<1000 { try send(ends.left, block) }
        }
    }
}
