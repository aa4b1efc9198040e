import TestSupport
import Testing
import Virtio

@Suite struct SplitQueueTests {
    @Test("a fresh queue is empty")
    func empty() throws {
        let bench = try QueueBench()
        #expect(try bench.next() == .empty)
    }

    @Test("a chain comes with its buffers in order, and goes back under its head")
    func oneChain() throws {
        let bench = try QueueBench()
        let buffers = [readable(4096, 10), readable(8192, 0), writable(12288, 4)]
        bench.driver.setChain(buffers, first: 3)
        bench.driver.offer(3)
        #expect(try bench.next() == .chain)
        #expect(bench.chain == DescriptorChain(head: 3, buffers: buffers))
        bench.complete(3, written: 4)
        #expect(bench.driver.usedIndex == 1)
        #expect(bench.driver.usedEntry(0) == (3, 4))
        #expect(try bench.next() == .empty)
    }

    @Test("used.len is what the device wrote: 0 for chains that it only reads")
    func usedLength() throws {
        let bench = try QueueBench()
        #expect(try bench.take([readable(4096, 1024)]) == .chain)
        bench.complete(0)
        #expect(bench.driver.usedEntry(0) == (0, 0))
    }

    @Test("a chain may be as long as the queue")
    func longest() throws {
        let bench = try QueueBench(size: 8)
        let buffers = (0..<8).map { readable(4096 + $0 * 16, 16) }
        #expect(try bench.take(buffers) == .chain)
        #expect(bench.chain.buffers == buffers)
    }

    @Test("chains come in the driver's order, and may go back in another")
    func order() throws {
        let bench = try QueueBench(size: 4)
        for head in [2, 0, 3, 1] as [UInt16] {
            bench.driver.setDescriptor(head, address: 4096, length: 4)
            bench.driver.offer(head)
        }
        var heads: [UInt16] = []
        while try bench.next() == .chain { heads.append(bench.chain.head) }
        #expect(heads == [2, 0, 3, 1])
        for head in heads.reversed() { bench.complete(head) }
        #expect((0..<4).map { bench.driver.usedEntry($0).head } == [1, 3, 0, 2])
    }

    @Test("indices wrap around at 2^16, at every ring size", arguments: [1, 2, 8, 256] as [UInt16])
    func wrapAround(size: UInt16) throws {
        let start: UInt16 = 64836
        let bench = try QueueBench(size: size, base: start)
        for round in 0..<1400 {
            let head = UInt16(round) % size
            bench.driver.setDescriptor(head, address: UInt64(round), length: 1)
            bench.driver.offer(head)
            #expect(try bench.next() == .chain)
            #expect(bench.chain == DescriptorChain(head: head, buffers: [readable(UInt64(round), 1)]))
            bench.complete(head)
        }
        #expect(bench.nextAvailable == start &+ 1400)
        #expect(bench.driver.usedIndex == start &+ 1400)
    }

    @Test("a full ring across the wrap is read to its end")
    func fullRingAcrossTheWrap() throws {
        let bench = try QueueBench(size: 8, base: 65533)
        for head in 0..<8 as Range<UInt16> {
            bench.driver.setDescriptor(head, address: 0, length: 1)
            bench.driver.offer(head)
        }
        for head in 0..<8 as Range<UInt16> {
            #expect(try bench.next() == .chain)
            #expect(bench.chain.head == head)
        }
        #expect(try bench.next() == .empty)
    }

    @Test("a queue is taken up where it was stopped: base from the VMM, the used index from the ring")
    func resume() throws {
        let driver = DriverRing(size: 4, firstIndex: 0)
        driver.availableIndex = 7
        driver.usedIndex = 5
        driver.setDescriptor(1, address: 0, length: 1)
        var queue = SplitQueue(ring: try driver.deviceSide(), base: 7, usesEventIndex: false, allowsIndirect: false)
        driver.offer(1)
        var chain = DescriptorChain()
        let next = try queue.next(from: driver.memory, into: &chain)
        #expect(next == .chain)
        queue.complete(head: chain.head)
        #expect(driver.usedIndex == 6)
        #expect(driver.usedEntry(5) == (1, 0))
    }

    @Test("a descriptor is copied once: what the driver changes behind it is not seen")
    func copied() throws {
        let bench = try QueueBench()
        #expect(try bench.take([readable(4096, 4)]) == .chain)
        bench.driver.setDescriptor(0, address: 0, length: .max, flags: DriverRing.Flag.write)
        #expect(bench.chain.buffers == [readable(4096, 4)])
    }
}
