import TestSupport
import Testing
import Virtio

/// The device's side of a packed ring (VIRTIO 1.4 §2.8).
@Suite struct PackedQueueTests {
    private typealias Flag = PackedBench.Flag

    @Test("a fresh queue is empty, and so is one whose marks are both set or both clear")
    func empty() throws {
        let bench = try PackedBench()
        #expect(try bench.next() == .empty)
        #expect(bench.isBlank)
        bench.describe(0, 4096, 4, flags: 0x8080)
        #expect(try bench.next() == .empty)
        // The marks of the second round.
        bench.describe(0, 4096, 4, flags: 0x8000)
        #expect(try bench.next() == .empty)
        #expect(!bench.isBlank)
    }

    @Test("a chain comes with its buffers in order, and goes back under the id of its last entry")
    func oneChain() throws {
        let bench = try PackedBench()
        bench.offer(4096, 10, id: 6, flags: Flag.next)
        bench.offer(8192, 0, id: 7, flags: Flag.next)
        bench.offer(12288, 4, id: 3, flags: Flag.write)
        #expect(try bench.next() == .chain)
        let buffers = [readable(4096, 10), readable(8192, 0), writable(12288, 4)]
        #expect(bench.chain == DescriptorChain(head: 3, buffers: buffers))
        bench.complete(3, written: 4)
        let used = try #require(bench.takeUsed(3))
        #expect(used == (3, 4, true))
        #expect(try bench.next() == .empty)
        #expect(bench.nextUsed == PackedPosition(index: 3, wrap: true))
    }

    @Test("used length without WRITE: nothing was written")
    func nothingWritten() throws {
        let bench = try PackedBench()
        bench.offer([readable(4096, 1024)])
        #expect(try bench.next() == .chain)
        bench.complete(0)
        #expect(try #require(bench.takeUsed()) == (0, 0, false))
    }

    @Test(
        "rounds without end, at sizes that are not powers of two, with chains across the end",
        arguments: 3...9 as ClosedRange<UInt16>)
    func rounds(size: UInt16) throws {
        var random = SeededGenerator(seed: UInt64(size))
        let bench = try PackedBench(size: size)
        for round in 0..<2000 {
            let first = random.number(1...UInt16(size))
            let second = size - first
            var expected: [(UInt16, [DescriptorChain.Buffer])] = []
            for (id, count) in [(UInt16(round) % size, first), (UInt16(round + 1) % size, second)] where count > 0 {
                let buffers = (0..<count).map { readable(UInt64(round) << 16 + UInt64($0), UInt32($0)) }
                bench.offer(buffers, id: id)
                expected.append((id, buffers))
            }
            for (id, buffers) in expected {
                try #require(try bench.next() == .chain)
                try #require(bench.chain == DescriptorChain(head: id, buffers: buffers))
            }
            try #require(try bench.next() == .empty)
            if round % 2 == 0 { expected.reverse() }
            for (id, _) in expected { bench.complete(id) }
            for (id, buffers) in expected { try #require(bench.takeUsed(buffers.count)?.id == id) }
            try #require(bench.nextUsed == bench.nextAvailable)
        }
    }

    @Test("robustness: a refused chain is returned whole, under its name, and the queue goes on")
    func refused() throws {
        let bench = try PackedBench()
        bench.offer(0, 1, id: 9, flags: Flag.write | Flag.next)
        bench.offer(0, 1, id: 9, flags: Flag.next)
        bench.offer(0, 1, id: 5)
        try expectRefused(bench, .readableAfterWritable, head: 5, entries: 3)
    }

    @Test("robustness: a chain without end takes the whole ring")
    func endless() throws {
        let bench = try PackedBench(from: 13)
        for _ in 0..<8 { bench.offer(0, 1, id: 2, flags: Flag.next) }
        try expectRefused(bench, .tooLong, head: 2, entries: 8)
    }

    @Test("robustness: more than 2^32 bytes; indirect that was not negotiated")
    func others() throws {
        let bench = try PackedBench()
        bench.offer([readable(0, .max), readable(0, 2)], id: 1)
        try expectRefused(bench, .tooManyBytes, head: 1, entries: 2)
        let plain = try PackedBench(indirect: false)
        plain.offer(PackedBench.table, 16, id: 4, flags: Flag.indirect)
        try expectRefused(plain, .indirectNotNegotiated, head: 4, entries: 1)
    }

    @Test("an indirect table is taken in its order; of its flags only WRITE counts")
    func indirect() throws {
        let bench = try PackedBench()
        bench.describe(PackedBench.table, 1, 1, id: 77, flags: Flag.next)
        bench.describe(PackedBench.table + 16, 2, 2, flags: Flag.next | 0x8080)
        bench.describe(PackedBench.table + 32, 3, 3, flags: Flag.write | Flag.next)
        // WRITE on the entry itself says nothing.
        bench.offer(PackedBench.table, 48, id: 4, flags: Flag.indirect | Flag.write)
        #expect(try bench.next() == .chain)
        #expect(bench.chain == DescriptorChain(head: 4, buffers: [readable(1, 1), readable(2, 2), writable(3, 3)]))
        #expect(bench.nextAvailable == PackedPosition(index: 1, wrap: true))
    }

    @Test("a chain may end in an indirect table")
    func directThenIndirect() throws {
        let bench = try PackedBench()
        bench.describe(PackedBench.table, 2, 2)
        bench.offer(1, 1, id: 4, flags: Flag.next)
        bench.offer(PackedBench.table, 16, id: 4, flags: Flag.indirect)
        #expect(try bench.next() == .chain)
        #expect(bench.chain.buffers == [readable(1, 1), readable(2, 2)])
    }

    @Test(
        "robustness: indirect tables of a bad size",
        arguments: [0, 1, 17, 8 * 16 + 1, 9 * 16, 1 << 20, .max, .max - 15] as [UInt32])
    func badSize(length: UInt32) throws {
        let bench = try PackedBench()
        bench.offer(PackedBench.table, length, id: 4, flags: Flag.indirect)
        try expectRefused(bench, .badIndirectSize, head: 4, entries: 1)
    }

    @Test("robustness: indirect tables that are nested, go on with next, or lie outside memory")
    func badTables() throws {
        let nested = try PackedBench()
        nested.describe(PackedBench.table, 0, 16, flags: Flag.indirect)
        nested.offer(PackedBench.table, 16, id: 4, flags: Flag.indirect)
        try expectRefused(nested, .nestedIndirect, head: 4, entries: 1)
        let next = try PackedBench()
        next.offer(PackedBench.table, 16, id: 4, flags: Flag.indirect | Flag.next)
        next.offer(0, 1, id: 5)
        try expectRefused(next, .nestedIndirect, head: 5, entries: 2)
        let outside = try PackedBench()
        outside.offer(.max - 15, 16, id: 4, flags: Flag.indirect)
        try expectRefused(outside, .indirectOutsideMemory, head: 4, entries: 1)
    }

    @Test("robustness: ids outside the ring, or in flight twice", arguments: [8, 9, 32768, 65535] as [UInt16])
    func badIds(id: UInt16) throws {
        let bench = try PackedBench()
        bench.offer(0, 1, id: id)
        #expect(throws: QueueFault.headOutsideTable) { try bench.next() }
        // It is not taken, and cannot be returned.
        bench.complete(id)
        #expect(bench.nextUsed == .start)
        let twice = try PackedBench()
        twice.offer(0, 1, id: 7)
        twice.offer(0, 1, id: 7)
        #expect(try twice.next() == .chain)
        #expect(throws: QueueFault.headTwice) { try twice.next() }
    }

    @Test("robustness: what is returned twice, or was never taken, changes nothing")
    func twice() throws {
        let bench = try PackedBench()
        bench.offer(0, 1, id: 7)
        #expect(try bench.next() == .chain)
        for head in [7, 7, 6, 8, 65535] as [UInt16] { bench.complete(head) }
        #expect(bench.nextUsed == PackedPosition(index: 1, wrap: true))
    }

    @Test("robustness: more in flight than the ring holds")
    func overrun() throws {
        let bench = try PackedBench(size: 4)
        for id in 0..<4 as Range<UInt16> {
            bench.offer(0, 1, id: id)
            #expect(try bench.next() == .chain)
        }
        // Written over entries that the device has not returned.
        bench.complete(0)
        bench.offer([readable(0, 1), readable(0, 1)], id: 0)
        #expect(throws: QueueFault.availableIndexJumped) { try bench.next() }
    }

    @Test("goes on at any place; places outside the ring are refused")
    func places() throws {
        for start in [0, 7, 8, 15, 16] {
            let bench = try PackedBench(from: start)
            bench.offer([readable(1, 1), readable(2, 2)], id: 1)
            #expect(try bench.next() == .chain)
            bench.complete(1)
            #expect(bench.takeUsed(2)?.id == 1)
            #expect(bench.nextUsed == PackedBench.place(start + 2, 8))
        }
        let memory = TestMemory(size: 1 << 20)
        let ring = QueueRing.packed(try PackedBench.ring(memory, 8))
        for base in [8, 8 << 16, 0x7fff_7fff] as [UInt32] {
            #expect(throws: QueueFault.badPosition) {
                _ = try DeviceQueue(ring: ring, base: base, usesEventIndex: false, allowsIndirect: false)
            }
        }
    }

    @Test("rings of bad sizes and places")
    func badRings() throws {
        let memory = TestMemory(size: 1 << 20)
        let base = try #require(memory.bytes.baseAddress)
        for size in [0, 32769, 65535] as [UInt16] { #expect(!PackedRing.isValid(size: size)) }
        for size in [1, 3, 1000, 32768] as [UInt16] { #expect(PackedRing.isValid(size: size)) }
        for (table, driver, device) in [(8, 0, 0), (0, 2, 0), (0, 0, 1)] {
            #expect(throws: QueueFault.misaligned) {
                _ = try PackedRing(
                    size: 8, descriptors: base + table, driver: base + 256 + driver, device: base + 512 + device)
            }
        }
    }

    private func expectRefused(
        _ bench: PackedBench, _ fault: ChainFault, head: UInt16, entries: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let first = try bench.next()
        #expect(first == .refused(fault), sourceLocation: sourceLocation)
        #expect(bench.chain.head == head, sourceLocation: sourceLocation)
        bench.complete(bench.chain.head)
        #expect(bench.takeUsed(entries)?.id == head, sourceLocation: sourceLocation)
        bench.offer(7, 7, id: 1)
        let second = try bench.next()
        #expect(second == .chain, sourceLocation: sourceLocation)
        #expect(bench.chain == DescriptorChain(head: 1, buffers: [readable(7, 7)]), sourceLocation: sourceLocation)
    }
}
