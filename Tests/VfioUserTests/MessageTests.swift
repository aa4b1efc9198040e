import Glibc
import HostMemory
import Linux
import Testing

@testable import VfioUser

/// The form of messages: headers, lengths, halves, descriptors.
struct MessageTests {
    private static func message(
        _ command: UInt16, _ payload: [UInt8] = [], flags: UInt32 = 0, size: UInt32? = nil
    ) -> [UInt8] {
        .bytes(of: UInt16(7)) + .bytes(of: command) + .words(size ?? UInt32(16 + payload.count), flags, 0) + payload
    }

    @Test func versionIsZeroZero() throws {
        let bench = try Bench(isOpen: false)
        let answer = try bench.ask(.version, [0, 0, 0, 0] + Array(#"{"capabilities":{"max_msg_fds":16}}"#.utf8) + [0])
        #expect(answer.starts(with: [0, 0, 0, 0]))
        #expect(String(decoding: answer.dropFirst(4).dropLast(), as: UTF8.self) == #"{"capabilities":{}}"#)
    }

    @Test func laterMinorVersionsAreAnsweredWithOurs() throws {
        let bench = try Bench(isOpen: false)
        #expect(try bench.ask(.version, [0, 0, 9, 0]).prefix(4) == [0, 0, 0, 0])
    }

    @Test func otherMajorVersionIsRefused() throws {
        let bench = try Bench(isOpen: false)
        #expect(throws: VfioUserError.badVersion(major: 1, minor: 0)) { try bench.ask(.version, [1, 0, 0, 0]) }
    }

    @Test func versionComesFirst() throws {
        let bench = try Bench(isOpen: false)
        #expect(throws: VfioUserError.versionMissing(.getInfo)) { try bench.ask(.getInfo, .words(16, 0, 0, 0)) }
    }

    @Test(arguments: [0, 15, 4113, .max] as [UInt32])
    func badSizeIsRefused(size: UInt32) throws {
        let bench = try Bench()
        try bench.front.send(bytes: Self.message(4, size: size))
        #expect(throws: VfioUserError.badSize(size)) { try bench.pump() }
    }

    @Test func answersAreNoCommands() throws {
        let bench = try Bench()
        try bench.front.send(bytes: Self.message(11, flags: 1))
        #expect(throws: VfioUserError.notACommand(flags: 1)) { try bench.pump() }
    }

    /// A VMM of a later version asks for more than there is: it is told, and goes on.
    @Test(arguments: [0, 6, 11, 12, 14, 15, 16, 17, 18, 99] as [UInt16])
    func unknownCommandIsAnswered(number: UInt16) throws {
        let bench = try Bench()
        let pipe = try OwnedPipe()
        try bench.front.send(number, payload: [1, 2, 3], descriptors: [pipe.write])
        pipe.closeWrite()
        try bench.pump()
        #expect(pipe.isClosed)
        #expect(throws: VfioUserFrontEndError.self) { try bench.front.awaitAnswer(to: 2, .getInfo) }
        #expect(try bench.ask(.getInfo, .words(16, 0, 0, 0)) == .words(16, 3, 9, 5))
    }

    /// A message may come byte by byte, with others right behind it.
    @Test func halvesAreKept() throws {
        let bench = try Bench()
        let info = Self.message(4, .words(16, 0, 0, 0))
        for byte in info + info.prefix(20) {
            try bench.front.send(bytes: [byte])
            try bench.pump()
        }
        #expect(try bench.front.awaitAnswer(to: 7, .getInfo).count == 16)
        try bench.front.send(bytes: Array(info.dropFirst(20)) + info)
        try bench.pump()
        #expect(try bench.front.awaitAnswer(to: 7, .getInfo).count == 16)
        #expect(try bench.front.awaitAnswer(to: 7, .getInfo).count == 16)
    }

    /// Descriptors belong to the message that they came with, though others came with the same receive.
    @Test func descriptorsFindTheirMessage() throws {
        let bench = try Bench()
        let flash = Self.message(2, .words(32, 1) + .longs(0, 0xff00_0000, 0x1000))
        let memory = Self.message(2, .words(32, 3) + .longs(0, 0, 0x10_0000))
        try bench.front.send(bytes: flash + flash)
        try bench.front.send(bytes: memory, descriptors: [bench.memory.descriptor.raw])
        try bench.front.send(bytes: flash)
        try bench.pump()
        #expect(bench.table.size == 0x10_0000)
        for _ in 0..<4 { _ = try bench.front.awaitAnswer(to: 7, .mapMemory) }
    }

    @Test(arguments: [1, 4, 9] as [UInt16])
    func surplusDescriptorsAreClosed(command: UInt16) throws {
        let bench = try Bench()
        let pipe = try OwnedPipe()
        try bench.front.send(command, payload: [0, 0, 0, 0], descriptors: [pipe.write, pipe.write])
        pipe.closeWrite()
        #expect(throws: VfioUserError.self) { try bench.pump() }
        #expect(pipe.isClosed)
    }

    @Test(arguments: [Command.mapMemory, .unmapMemory, .getInfo, .getRegionInfo, .readRegion, .writeRegion])
    func shortPayloadIsRefused(command: Command) throws {
        for count in [0, 1, 7, 15] {
            let bench = try Bench()
            #expect(throws: VfioUserError.badPayload(command, bytes: count)) {
                try bench.ask(command, [UInt8](repeating: 0, count: count))
            }
        }
    }

    @Test func closedConnectionIsSeen() throws {
        let bench = try Bench()
        bench.front.hangUp()
        try bench.pump()
        #expect(bench.takeSteps() == [.closed])
    }
}

/// A pipe whose writing end is given away: whether that was closed shows at the reading end.
final class OwnedPipe {
    private let read: CInt
    private(set) var write: CInt

    init() throws {
        var ends: [CInt] = [-1, -1]
        try #require(pipe(&ends) == 0)
        try #require(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        (read, write) = (ends[0], ends[1])
    }

    deinit {
        close(read)
        closeWrite()
    }

    func closeWrite() {
        if write >= 0 { close(write) }
        write = -1
    }

    var isClosed: Bool {
        var byte: UInt8 = 0
        return Glibc.read(read, &byte, 1) == 0
    }
}
