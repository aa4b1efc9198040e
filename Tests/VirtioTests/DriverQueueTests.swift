import Testing
import Virtio

/// The driver's side of a ring of either kind, with a device that writes what it likes into it.
@Suite struct DriverQueueTests {
    private typealias Queue = DriverQueue<16>

    private func buffer(_ length: UInt32, writable: Bool = false) -> Queue.Buffer {
        Queue.Buffer(address: 0x1000, length: length, isDeviceWritable: writable)
    }

    private var three: InlineArray<3, Queue.Buffer> { [buffer(1), buffer(2), buffer(3, writable: true)] }

    @Test("chains come back in any order, with their tokens, for ever", arguments: RingKind.both)
    func anyOrder(kind: RingKind) throws {
        let device = RawDevice(kind)
        var queue = try Queue(ring: try device.ring, usesEventIndex: false)
        var count = 0
        for round in 0..<(kind == .split ? 50_000 : 20_000) {
            for token in 0..<3 { try queue.add(buffer(4), token: UInt16(token + 10 * (round % 100))) }
            check(queue.publish())
            var heads = (0..<3).map { device.head(count + $0) }
            if round % 2 == 0 { heads.swapAt(0, 2) }
            for head in heads {
                device.use(count, UInt32(head))
                count += 1
            }
            var tokens: [UInt16] = []
            while let done = try queue.next() { tokens.append(done.token % 10) }
            if tokens != (round % 2 == 0 ? [2, 1, 0] : [0, 1, 2]) { Issue.record("round \(round): \(tokens)") }
        }
        #expect(queue.freeDescriptors == 8)
        #expect(queue.inFlight == 0)
    }

    @Test("a full queue refuses, and takes again what came back", arguments: RingKind.both)
    func full(kind: RingKind) throws {
        let three = self.three
        let device = RawDevice(kind)
        var queue = try Queue(ring: try device.ring, usesEventIndex: false)
        try queue.add(three.span, token: 1)
        try queue.add(three.span, token: 2)
        #expect(queue.freeDescriptors == 2)
        #expect(throws: AddFault.full) { try queue.add(three.span, token: 3) }
        #expect(throws: AddFault.badCount) { try queue.add(three.span.extracting(0..<0), token: 3) }
        _ = queue.publish()
        device.use(0, UInt32(device.head(0)), 3, isWritten: true)
        let done = try #require(try queue.next())
        #expect(done.token == 1 && done.written == 3 && !done.claimsTooMuch)
        // Across the end of a packed ring.
        try queue.add(three.span, token: 3)
        _ = queue.publish()
        guard kind == .packed else { return }
        #expect([device.flags(6), device.flags(7), device.flags(8)] == [0x81, 0x81, 0x8002])
    }

    @Test("what is too long for the ring, or a ring too long for us, is refused", arguments: RingKind.both)
    func sizes(kind: RingKind) throws {
        let device = RawDevice(kind)
        var queue = try Queue(ring: try device.ring, usesEventIndex: false)
        let nine = InlineArray<9, Queue.Buffer>(repeating: buffer(1))
        #expect(throws: AddFault.badCount) { try queue.add(nine.span, token: 0) }
        let ring = try device.ring
        #expect(throws: QueueFault.badSize) { _ = try DriverQueue<4>(ring: ring, usesEventIndex: false) }
    }

    @Test("returns of what was never given, or was given back", arguments: [1, 7, 8, 0xffff, .max] as [UInt32])
    func heads(head: UInt32) throws {
        for kind in RingKind.both where kind == .split || head <= 0xffff {
            let device = RawDevice(kind)
            var queue = try Queue(ring: try device.ring, usesEventIndex: false)
            try queue.add(buffer(4), token: 0)
            device.use(0, 0)
            // Not even the first may be used: it was never published.
            #expect(throws: UsedFault.usedIndexJumped) { _ = try queue.next() }
            try queue.add(buffer(4), token: 1)
            _ = queue.publish()
            let wrong = head == 1 ? 0 : head
            device.use(0, 0)
            device.use(1, wrong)
            #expect(try queue.next()?.token == 0)
            #expect(throws: UsedFault.unknownHead(wrong)) { _ = try queue.next() }
            #expect(queue.inFlight == 1)
        }
    }

    @Test("lengths: within the chain they are noted (spec L3), beyond it they are a fault", arguments: RingKind.both)
    func lengths(kind: RingKind) throws {
        let device = RawDevice(kind)
        var queue = try Queue(ring: try device.ring, usesEventIndex: false)
        for token in 0..<3 as Range<UInt16> { try queue.add(buffer(4), token: token) }
        _ = queue.publish()
        // In a packed ring a length without WRITE means nothing.
        device.use(0, 0, kind == .packed ? 99 : 0)
        device.use(1, 1, 4, isWritten: true)
        device.use(2, 2, 5, isWritten: true)
        #expect(try queue.next()?.written == 0)
        #expect(try queue.next()?.claimsTooMuch == true)
        #expect(throws: UsedFault.lengthBeyondChain(5)) { _ = try queue.next() }
    }

    @Test("an indirect table takes one descriptor and says the same", arguments: RingKind.both)
    func indirect(kind: RingKind) throws {
        let three = self.three
        let device = RawDevice(kind)
        let area = SharedArea(base: device.base + 1024, address: 0x9000, count: 2 * 64)
        var queue = try Queue(ring: try device.ring, usesEventIndex: false, indirect: area, indirectEntries: 4)
        try queue.add(three.span, token: 0)
        _ = queue.publish()
        #expect(queue.freeDescriptors == 7)
        #expect(device.base.load(as: UInt64.self) == 0x9000)
        #expect(device.base.load(fromByteOffset: 8, as: UInt32.self) == 48)
        #expect(device.flags(0) == (kind == .split ? 4 : 0x84))
        #expect(device.base.load(fromByteOffset: 1024 + 32 + 8, as: UInt32.self) == 3)
        let flags = 1024 + 32 + (kind == .split ? 12 : 14)
        #expect(device.base.load(fromByteOffset: flags, as: UInt16.self) == 2)
        try queue.add(three.span, token: 1)
        // There are two tables only: the third chain is a direct one.
        try queue.add(three.span, token: 2)
        #expect(queue.freeDescriptors == 3)
    }

    // MARK: - What one kind alone has

    @Test("a split ring's used.idx that jumps")
    func jump() throws {
        let device = RawDevice(.split)
        var queue = try Queue(ring: try device.ring, usesEventIndex: false)
        try queue.add(buffer(4), token: 0)
        _ = queue.publish()
        device.setUsedIndex(2)
        #expect(throws: UsedFault.usedIndexJumped) { _ = try queue.next() }
    }

    @Test("EVENT_IDX: the device is notified when the index passes its event, and not otherwise")
    func splitEvents() throws {
        let device = RawDevice(.split)
        var queue = try Queue(ring: try device.ring, usesEventIndex: true)
        try queue.add(buffer(4), token: 0)
        check(queue.publish())
        try queue.add(buffer(4), token: 1)
        check(!queue.publish())
        device.setAvailableEvent(2)
        try queue.add(buffer(4), token: 2)
        check(queue.publish())
        check(!queue.rearm())
        device.use(0, 0)
        check(queue.rearm())
    }

    @Test("nothing in a packed ring is the device's before it is published, and then all of it is")
    func publishing() throws {
        let device = RawDevice(.packed)
        var queue = try Queue(ring: try device.ring, usesEventIndex: false)
        let two: InlineArray<2, Queue.Buffer> = [buffer(1), buffer(2, writable: true)]
        try queue.add(two.span, token: 1)
        try queue.add(buffer(4), token: 2)
        #expect(device.flags(0) == 0)
        check(queue.publish())
        #expect([device.flags(0), device.flags(1), device.flags(2)] == [0x81, 0x82, 0x80])
        #expect(device.head(0) == device.head(1) && device.head(1) != device.head(2))
        #expect(queue.freeDescriptors == 5 && queue.inFlight == 2)
        check(!queue.publish())
    }

    @Test("EVENT_IDX: the device is notified when its place in a packed ring is passed, and not otherwise")
    func packedEvents() throws {
        let device = RawDevice(.packed)
        var queue = try Queue(ring: try device.ring, usesEventIndex: true)
        device.setDeviceEvent(2 << 16 | 0x8000)
        try queue.add(buffer(4), token: 0)
        check(queue.publish())
        try queue.add(buffer(4), token: 1)
        check(!queue.publish())
        device.setDeviceEvent(1 << 16)
        try queue.add(buffer(4), token: 2)
        check(!queue.publish())
        check(!queue.rearm(after: 2))
        #expect(device.driverEvent == 2 << 16 | 0x8001)
        // Not more than are in flight.
        check(!queue.rearm(after: 100))
        #expect(device.driverEvent == 2 << 16 | 0x8002)
        device.use(0, 0)
        check(queue.rearm())
        queue.suppressInterrupts()
        #expect(device.driverEvent == 1 << 16)
    }
}
