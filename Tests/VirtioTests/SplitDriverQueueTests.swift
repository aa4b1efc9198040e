import Testing
import Virtio

/// The driver's side of a split ring, with a device that writes what it likes into the used ring.
@Suite struct SplitDriverQueueTests {
    /// A ring of eight entries in memory of its own.
    private final class Memory {
        let base = UnsafeMutableRawPointer.allocate(byteCount: 4096, alignment: 4096)
        let size: UInt16 = 8
        var ring: QueueRing {
            get throws { try QueueRing(kind: .split, size: size, table: base, driver: base + 128, device: base + 256) }
        }

        init() { base.initializeMemory(as: UInt8.self, repeating: 0, count: 4096) }
        deinit { base.deallocate() }

        var used: UnsafeMutableRawPointer { base + 256 }
        func setUsedIndex(_ value: UInt16) { used.storeBytes(of: value, toByteOffset: 2, as: UInt16.self) }
        func setUsed(_ entry: Int, _ head: UInt32, _ length: UInt32) {
            used.storeBytes(of: head, toByteOffset: 4 + 8 * (entry % 8), as: UInt32.self)
            used.storeBytes(of: length, toByteOffset: 8 + 8 * (entry % 8), as: UInt32.self)
        }
        func head(_ entry: Int) -> UInt16 { base.load(fromByteOffset: 132 + 2 * (entry % 8), as: UInt16.self) }
    }

    private typealias Queue = DriverQueue<16>

    private func buffer(_ length: UInt32, writable: Bool = false) -> Queue.Buffer {
        Queue.Buffer(address: 0x1000, length: length, isDeviceWritable: writable)
    }

    @Test("chains come back in any order, with their tokens, for ever")
    func anyOrder() throws {
        let memory = Memory()
        var queue = try Queue(ring: try memory.ring, usesEventIndex: false)
        var made = 0
        var used = 0
        for round in 0..<50_000 {
            for token in 0..<3 { try queue.add(buffer(4), token: UInt16(token + 10 * (round % 100))) }
            check(queue.publish())
            var heads = (0..<3).map { UInt32(memory.head(made + $0)) }
            made += 3
            if round % 2 == 0 { heads.swapAt(0, 2) }
            for head in heads {
                memory.setUsed(used, head, 0)
                used += 1
            }
            memory.setUsedIndex(UInt16(truncatingIfNeeded: used))
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
        #expect(queue.freeDescriptors == 2)
        #expect(throws: AddFault.full) { try queue.add(three.span, token: 3) }
        #expect(throws: AddFault.badCount) { try queue.add(three.span.extracting(0..<0), token: 3) }
        _ = queue.publish()
        memory.setUsed(0, UInt32(memory.head(0)), 3)
        memory.setUsedIndex(1)
        let done = try #require(try queue.next())
        #expect(done.token == 1 && done.written == 3 && !done.claimsTooMuch)
        try queue.add(three.span, token: 3)
    }

    @Test("what is too long for the ring, or a ring too long for us, is refused")
    func sizes() throws {
        let memory = Memory()
        var queue = try Queue(ring: try memory.ring, usesEventIndex: false)
        let nine = InlineArray<9, Queue.Buffer>(repeating: buffer(1))
        #expect(throws: AddFault.badCount) { try queue.add(nine.span, token: 0) }
        let ring = try memory.ring
        #expect(throws: QueueFault.badSize) { _ = try DriverQueue<4>(ring: ring, usesEventIndex: false) }
    }

    @Test("used.idx that jumps")
    func jump() throws {
        let memory = Memory()
        var queue = try Queue(ring: try memory.ring, usesEventIndex: false)
        try queue.add(buffer(4), token: 0)
        memory.setUsedIndex(1)
        // Not even the first may be used: it was never published.
        #expect(throws: UsedFault.usedIndexJumped) { _ = try queue.next() }
        _ = queue.publish()
        memory.setUsedIndex(2)
        #expect(throws: UsedFault.usedIndexJumped) { _ = try queue.next() }
    }

    @Test("heads outside the table, never given, or given back twice", arguments: [UInt32(1), 7, 8, 0xffff, .max])
    func heads(head: UInt32) throws {
        let memory = Memory()
        var queue = try Queue(ring: try memory.ring, usesEventIndex: false)
        try queue.add(buffer(4), token: 0)
        try queue.add(buffer(4), token: 1)
        _ = queue.publish()
        memory.setUsed(0, 0, 0)
        memory.setUsed(1, head == 1 ? 0 : head, 0)
        memory.setUsedIndex(2)
        #expect(try queue.next()?.token == 0)
        #expect(throws: UsedFault.unknownHead(head == 1 ? 0 : head)) { _ = try queue.next() }
        #expect(queue.inFlight == 1)
    }

    @Test("lengths: within the chain they are noted (spec L3), beyond it they are a fault")
    func lengths() throws {
        let memory = Memory()
        var queue = try Queue(ring: try memory.ring, usesEventIndex: false)
        try queue.add(buffer(4), token: 0)
        try queue.add(buffer(4), token: 1)
        _ = queue.publish()
        memory.setUsed(0, 0, 4)
        memory.setUsed(1, 1, 5)
        memory.setUsedIndex(2)
        #expect(try queue.next()?.claimsTooMuch == true)
        #expect(throws: UsedFault.lengthBeyondChain(5)) { _ = try queue.next() }
    }

    @Test("EVENT_IDX: the device is notified when the index passes its event, and not otherwise")
    func events() throws {
        let memory = Memory()
        var queue = try Queue(ring: try memory.ring, usesEventIndex: true)
        try queue.add(buffer(4), token: 0)
        check(queue.publish())
        try queue.add(buffer(4), token: 1)
        check(!queue.publish())
        memory.used.storeBytes(of: UInt16(2), toByteOffset: 4 + 8 * 8, as: UInt16.self)
        try queue.add(buffer(4), token: 2)
        check(queue.publish())
        check(!queue.rearm())
        memory.setUsed(0, 0, 0)
        memory.setUsedIndex(1)
        check(queue.rearm())
    }

    @Test("an indirect table takes one descriptor and says the same")
    func indirect() throws {
        let memory = Memory()
        let area = SharedArea(base: memory.base + 1024, address: 0x9000, count: 2 * 64)
        var queue = try Queue(ring: try memory.ring, usesEventIndex: false, indirect: area, indirectEntries: 4)
        let three: InlineArray<3, Queue.Buffer> = [buffer(1), buffer(2), buffer(3, writable: true)]
        try queue.add(three.span, token: 0)
        #expect(queue.freeDescriptors == 7)
        #expect(memory.base.load(as: UInt64.self) == 0x9000)
        #expect(memory.base.load(fromByteOffset: 8, as: UInt32.self) == 48)
        #expect(memory.base.load(fromByteOffset: 12, as: UInt16.self) == 4)
        #expect(memory.base.load(fromByteOffset: 1024 + 32 + 8, as: UInt32.self) == 3)
        #expect(memory.base.load(fromByteOffset: 1024 + 32 + 12, as: UInt16.self) == 2)
        try queue.add(three.span, token: 1)
        // There are two tables only: the third chain is a direct one.
        try queue.add(three.span, token: 2)
        #expect(queue.freeDescriptors == 3)
    }
}
