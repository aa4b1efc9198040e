import Glibc
import Linux
import SystemPackage
import Testing

@Suite struct EventTests {
    private func wait(_ poll: borrowing EventPoll, timeout: UInt64? = 0) throws -> [EventPoll.Event] {
        var events: [EventPoll.Event] = []
        try poll.wait(timeout: timeout, appendingTo: &events)
        return events
    }

    @Test("a counter wakes once for many signals, until it is drained")
    func counter() throws {
        let poll = try EventPoll()
        let counter = try EventCounter()
        try poll.add(counter.descriptor.raw, token: 7)
        #expect(try wait(poll).isEmpty)
        for _ in 0..<3 { counter.signal() }
        let events = try wait(poll)
        #expect(events.map(\.token) == [7])
        #expect(events.first?.isReadable == true)
        #expect(events.first?.isClosed == false)
        #expect(counter.drain() == true)
        #expect(try wait(poll).isEmpty)
        #expect(counter.drain() == true, "a counter at zero is a counter all the same")
    }

    @Test("signalling a full counter does not block")
    func full() throws {
        let counter = try EventCounter()
        var most: UInt64 = .max - 1
        #expect(write(counter.descriptor.raw, &most, 8) == 8)
        counter.signal()
        #expect(counter.drain() == true)
    }

    @Test("robustness: only an eventfd is adopted, and made not to block")
    func adoption() throws {
        let counter = try EventCounter()
        #expect(fcntl(counter.descriptor.raw, F_SETFL, 0) == 0)
        let adopted = try EventCounter(adopting: try counter.descriptor.duplicate())
        #expect(fcntl(adopted.descriptor.raw, F_GETFL) & O_NONBLOCK != 0)
        #expect(adopted.drain() == true)
        let pipe = try Pipe()
        let file = try MemoryFile.sealed(name: "file", size: 4096)
        let poll = try EventPoll()
        for raw in [pipe.reading.raw, pipe.writing.raw, file.descriptor.raw, poll.descriptor.raw] {
            #expect(throws: SystemError("eventfd", .invalidArgument)) {
                _ = try EventCounter(adopting: OwnedDescriptor(owning: dup(raw)))
            }
        }
    }

    @Test("robustness: what cannot be read is no counter: it would wake for ever")
    func notReadable() throws {
        let pipe = try Pipe()
        let counter = EventCounter(owning: try pipe.writing.duplicate())
        #expect(counter.drain() == false)
    }

    @Test("robustness: a kick that is a socket or pipe whose other end is closed is no counter")
    func ended() throws {
        // What an empty counter leaves in errno must not be taken for the answer of the next.
        let empty = try EventCounter()
        #expect(empty.drain() == true)
        let counter = EventCounter(owning: try endedPipe())
        #expect(counter.drain() == false)
    }

    private func endedPipe() throws -> OwnedDescriptor { try Pipe().reading.duplicate() }

    @Test("a removed descriptor wakes nobody")
    func removal() throws {
        let poll = try EventPoll()
        let counter = try EventCounter()
        try poll.add(counter.descriptor.raw, token: 1)
        counter.signal()
        poll.remove(counter.descriptor.raw)
        #expect(try wait(poll).isEmpty)
    }

    @Test("a descriptor cannot be added twice, nor a file that cannot be waited for")
    func refused() throws {
        let poll = try EventPoll()
        let counter = try EventCounter()
        try poll.add(counter.descriptor.raw, token: 1)
        #expect(throws: SystemError("epoll_ctl", .fileExists)) { try poll.add(counter.descriptor.raw, token: 2) }
        let file = try MemoryFile.sealed(name: "file", size: 4096)
        #expect(throws: SystemError("epoll_ctl", .notPermitted)) {
            try poll.add(file.descriptor.raw, token: 3)
        }
    }

    @Test("a closed connection is seen, where that is watched")
    func hangup() throws {
        let poll = try EventPoll()
        let end = try oneEnd()
        try poll.add(end.raw, token: 9, watchingHangup: true)
        let events = try wait(poll)
        #expect(events.map(\.token) == [9])
        #expect(events.first?.isClosed == true)
    }

    private func oneEnd() throws -> OwnedDescriptor { try Socket.Pair().left.duplicate() }

    @Test("a wait ends with its time, and not before")
    func timeout() throws {
        let poll = try EventPoll()
        let start = MonotonicClock.now()
        #expect(try wait(poll, timeout: 3_000_001).isEmpty)
        #expect(MonotonicClock.now() - start >= 3_000_001)
    }

    @Test("more events than fit come with the next wait")
    func many() throws {
        let poll = try EventPoll()
        let one = try EventCounter()
        one.signal()
        var copies: [CInt] = []
        defer { for copy in copies { close(copy) } }
        for token in 0..<70 as Range<UInt64> {
            let copy = try one.descriptor.duplicate().release()
            copies.append(copy)
            try poll.add(copy, token: token)
        }
        let first = try wait(poll)
        #expect(first.count == 64)
        #expect(Set(try wait(poll).map(\.token)).union(first.map(\.token)) == Set(0..<70))
    }
}
