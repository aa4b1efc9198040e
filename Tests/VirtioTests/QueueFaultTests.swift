import TestSupport
import Testing
import Virtio

/// What breaks a whole queue: nothing is left to be returned.
@Suite struct QueueFaultTests {
    @Test("robustness: avail.idx jumps beyond the queue size", arguments: [9, 10, 32768, 65535] as [UInt16])
    func jump(index: UInt16) throws {
        let bench = try QueueBench(size: 8)
        bench.driver.availableIndex = index
        #expect(throws: QueueFault.availableIndexJumped) { try bench.next() }
        #expect(bench.nextAvailable == 0)
    }

    @Test("robustness: avail.idx goes back")
    func back() throws {
        let bench = try QueueBench(size: 8, base: 100)
        bench.driver.availableIndex = 99
        #expect(throws: QueueFault.availableIndexJumped) { try bench.next() }
    }

    @Test("robustness: a head outside the table", arguments: [8, 255, 65535] as [UInt16])
    func head(head: UInt16) throws {
        let bench = try QueueBench(size: 8)
        bench.driver.offer(head)
        #expect(throws: QueueFault.headOutsideTable) { try bench.next() }
    }

    @Test(
        "robustness: a ring of noise never traps, and what it yields obeys the rules",
        arguments: SeededGenerator.seeds(40))
    func noise(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let size = random.pick([1, 2, 4, 16, 64] as [UInt16])
        let bench = try QueueBench(size: size, eventIndex: random.oneIn(2), indirect: random.oneIn(2))
        for index in 0..<size { scribble(bench.driver, index, table: 0, &random) }
        for index in 0..<UInt16(128) { scribble(bench.driver, index, table: bench.driver.dataStart, &random) }
        for _ in 0..<200 {
            bench.driver.offer(random.oneIn(50) ? random.number(0 ... .max) : random.number(0...size - 1))
            guard let next = try? bench.next() else { return }
            #expect(bench.chain.head < size)
            if next == .chain { check(bench.chain, size) }
            bench.complete(bench.chain.head)
            _ = bench.needsNotification()
            _ = bench.rearm()
            scribble(bench.driver, random.number(0...size - 1), table: 0, &random)
        }
    }

    private func scribble(_ driver: DriverRing, _ index: UInt16, table: UInt64, _ random: inout SeededGenerator) {
        let addresses = [driver.dataStart, driver.dataStart + 1024, 0, 1 << 50, .max, random.next()]
        let lengths = [0, 16, 32, 64, 4096, .max, UInt32(truncatingIfNeeded: random.next())]
        let flags = random.oneIn(20) ? random.number(0 ... .max) : random.number(0...7 as ClosedRange<UInt16>)
        let next = random.oneIn(10) ? random.number(0 ... .max) : random.number(0...driver.size - 1)
        driver.setDescriptor(
            index, address: random.pick(addresses), length: random.pick(lengths), flags: flags, next: next,
            table: table)
    }

    private func check(_ chain: DescriptorChain, _ size: UInt16) {
        #expect(!chain.buffers.isEmpty && chain.buffers.count <= Int(size))
        let writableFrom = chain.buffers.firstIndex(where: \.isDeviceWritable) ?? chain.buffers.count
        #expect(!chain.buffers[writableFrom...].contains { !$0.isDeviceWritable })
        let bytes = chain.buffers.reduce(0) { $0 + UInt64($1.length) }
        #expect(bytes <= 1 << 32)
    }
}
