import TestSupport
import Testing
import Virtio

/// The driver's side of a packed ring, with a device that writes what it likes into it.
@Suite struct PackedDriverQueueTests {
    private final class Memory {
        let base = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 4096)
        var ring: QueueRing {
            get throws { try QueueRing(kind: .packed, size: 8, table: base, driver: base + 256, device: base + 260) }
        }

        init() { base.initializeMemory(as: UInt8.self, repeating: 0, count: 4096) }
        deinit { base.deallocate() }

        func setUsed(_ count: Int, id: UInt16, _ length: UInt32 = 0, isWritten: Bool = false) {
            let entry = base + 16 * (count % 8)
            let marks: UInt16 = count / 8 % 2 == 0 ? 0x8080 : 0
            entry.storeBytes(of: length, toByteOffset: 8, as: UInt32.self)
            entry.storeBytes(of: id, toByteOffset: 12, as: UInt16.self)
            entry.storeBytes(of: marks | (isWritten ? 2 : 0), toByteOffset: 14, as: UInt16.self)
        }

        func id(_ entry: Int) -> UInt16 { base.load(fromByteOffset: 16 * (entry % 8) + 12, as: UInt16.self) }
        func flags(_ entry: Int) -> UInt16 { base.load(fromByteOffset: 16 * (entry % 8) + 14, as: UInt16.self) }
        var driverEvent: UInt32 { base.load(fromByteOffset: 256, as: UInt32.self) }
        func setDeviceEvent(_ word: UInt32) { base.storeBytes(of: word, toByteOffset: 260, as: UInt32.self) }
    }

    private typealias Queue = DriverQueue<16>

    private func buffer(_ length: UInt32, writable: Bool = false) -> Queue.Buffer {
        Queue.Buffer(address: 0x1000, length: length, isDeviceWritable: writable)
    }

    @Test("nothing is the device's before it is published, and then all of it is")
    func publishing() throws {
        let memory = Memory()
        var queue = try Queue(ring: try memory.ring, usesEventIndex: false)
        let two: InlineArray<2, Queue.Buffer> = [buffer(1), buffer(2, writable: true)]
        try queue.add(two.span, token: 1)
        try queue.add(buffer(4), token: 2)
        #expect(memory.flags(0) == 0)
        check(queue.publish())
        #expect([memory.flags(0), memory.flags(1), memory.flags(2)] == [0x81, 0x82, 0x80])
        #expect(memory.id(0) == memory.id(1) && memory.id(1) != memory.id(2))
        #expect(queue.freeDescriptors == 5 && queue.inFlight == 2)
        check(!queue.publish())
    }

    @Test("chains come back in any order, with their tokens, for ever")
    func anyOrder() throws {
        let memory = Memory()
        var queue = try Queue(ring: try memory.ring, usesEventIndex: false)
        var count = 0
        for round in 0..<20_000 {
            for token in 0..<3 { try queue.add(buffer(4), token: UInt16(token + 10 * (round % 100))) }
            check(queue.publish())
            var ids = (0..<3).map { memory.id(count + $0) }
            if round % 2 == 0 { ids.swapAt(0, 2) }
            for id in ids {
                memory.setUsed(count, id: id)
                count += 1
            }
            var tokens: [UInt16] = []
            while let done = try queue.next() { tokens.append(done.token % 10) }
            if tokens != (round % 2 == 0 ? [2, 1, 0] : [0, 1, 2]) { Issue.record("round \(round): \(tokens)") }
        }
        #expect(queue.freeDescriptors == 8)
        #expect(queue.inFlight == 0)
    }

    @Test("a full queue refuses, and takes again what came back")
    func full() throws {
        let memory = Memory()
        var queue = try Queue(ring: try memory.ring, usesEventIndex: false)
        let three: InlineArray<3, Queue.Buffer> = [buffer(1), buffer(2), buffer(3, writable: true)]
        try queue.add(three.span, token: 1)
        try queue.add(three.span, token: 2)
        #expect(throws: AddFault.full) { try queue.add(three.span, token: 3) }
        _ = queue.publish()
        memory.setUsed(0, id: memory.id(0), 3, isWritten: true)
        let done = try #require(try queue.next())
        #expect(done.token == 1 && done.written == 3 && !done.claimsTooMuch)
        // Across the end of the ring.
        try queue.add(three.span, token: 3)
        _ = queue.publish()
        #expect([memory.flags(6), memory.flags(7), memory.flags(8)] == [0x81, 0x81, 0x8002])
        #expect(throws: AddFault.badCount) { try queue.add(three.span.extracting(0..<0), token: 3) }
    }

    @Test("returns of what was never given, or was given back", arguments: [1, 7, 8, 0xffff] as [UInt16])
    func ids(id: UInt16) throws {
        let memory = Memory()
        var queue = try Queue(ring: try memory.ring, usesEventIndex: false)
        memory.setUsed(0, id: 0)
        #expect(throws: UsedFault.usedIndexJumped) { _ = try queue.next() }
        try queue.add(buffer(4), token: 0)
        try queue.add(buffer(4), token: 1)
        _ = queue.publish()
        memory.setUsed(0, id: 0)
        memory.setUsed(1, id: id == 1 ? 0 : id)
        #expect(try queue.next()?.token == 0)
        #expect(throws: UsedFault.unknownHead(id == 1 ? 0 : UInt32(id))) { _ = try queue.next() }
        #expect(queue.inFlight == 1)
    }

    @Test("lengths: without WRITE they mean nothing; within the chain they are noted; beyond it they are a fault")
    func lengths() throws {
        let memory = Memory()
        var queue = try Queue(ring: try memory.ring, usesEventIndex: false)
        for token in 0..<3 as Range<UInt16> { try queue.add(buffer(4), token: token) }
        _ = queue.publish()
        memory.setUsed(0, id: 0, 99)
        memory.setUsed(1, id: 1, 4, isWritten: true)
        memory.setUsed(2, id: 2, 5, isWritten: true)
        #expect(try queue.next()?.written == 0)
        #expect(try queue.next()?.claimsTooMuch == true)
        #expect(throws: UsedFault.lengthBeyondChain(5)) { _ = try queue.next() }
    }

    @Test("EVENT_IDX: the device is notified when its place is passed, and not otherwise")
    func events() throws {
        let memory = Memory()
        var queue = try Queue(ring: try memory.ring, usesEventIndex: true)
        memory.setDeviceEvent(2 << 16 | 0x8000)
        try queue.add(buffer(4), token: 0)
        check(queue.publish())
        try queue.add(buffer(4), token: 1)
        check(!queue.publish())
        memory.setDeviceEvent(1 << 16)
        try queue.add(buffer(4), token: 2)
        check(!queue.publish())
        check(!queue.rearm(after: 2))
        #expect(memory.driverEvent == 2 << 16 | 0x8001)
        // Not more than are in flight.
        check(!queue.rearm(after: 100))
        #expect(memory.driverEvent == 2 << 16 | 0x8002)
        memory.setUsed(0, id: 0)
        check(queue.rearm())
        queue.suppressInterrupts()
        #expect(memory.driverEvent == 1 << 16)
    }

    @Test("an indirect table takes one descriptor and says the same")
    func indirect() throws {
        let memory = Memory()
        let area = SharedArea(base: memory.base + 1024, address: 0x9000, count: 2 * 64)
        var queue = try Queue(ring: try memory.ring, usesEventIndex: false, indirect: area, indirectEntries: 4)
        let three: InlineArray<3, Queue.Buffer> = [buffer(1), buffer(2), buffer(3, writable: true)]
        try queue.add(three.span, token: 0)
        _ = queue.publish()
        #expect(queue.freeDescriptors == 7)
        #expect(memory.base.load(as: UInt64.self) == 0x9000)
        #expect(memory.base.load(fromByteOffset: 8, as: UInt32.self) == 48)
        #expect(memory.flags(0) == 0x84)
        #expect(memory.base.load(fromByteOffset: 1024 + 32 + 8, as: UInt32.self) == 3)
        #expect(memory.base.load(fromByteOffset: 1024 + 32 + 14, as: UInt16.self) == 2)
        try queue.add(three.span, token: 1)
        // There are two tables only: the third chain is a direct one.
        try queue.add(three.span, token: 2)
        #expect(queue.freeDescriptors == 3)
    }
}
