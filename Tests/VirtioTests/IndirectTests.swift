import TestSupport
import Testing
import Virtio

@Suite struct IndirectTests {
    private typealias Flag = DriverRing.Flag
    /// Where the indirect table lies.
    private func table(_ bench: QueueBench) -> UInt64 { bench.driver.dataStart }

    @Test("a chain may be an indirect table")
    func whole() throws {
        let bench = try QueueBench()
        let buffers = [readable(1, 2), readable(3, 4), writable(5, 6)]
        bench.driver.setChain(buffers, table: table(bench))
        bench.driver.setDescriptor(0, address: table(bench), length: 48, flags: Flag.indirect)
        bench.driver.offer(0)
        #expect(try bench.next() == .chain)
        #expect(bench.chain == DescriptorChain(head: 0, buffers: buffers))
        #expect(bench.driver.memory.reads.count == 1, "a table is read once")
    }

    @Test("a direct chain may end in an indirect table")
    func mixed() throws {
        let bench = try QueueBench()
        bench.driver.setDescriptor(0, address: 1, length: 1, flags: Flag.next, next: 5)
        bench.driver.setDescriptor(5, address: table(bench), length: 32, flags: Flag.indirect)
        bench.driver.setChain([readable(2, 2), writable(3, 3)], table: table(bench))
        bench.driver.offer(0)
        #expect(try bench.next() == .chain)
        #expect(bench.chain.buffers == [readable(1, 1), readable(2, 2), writable(3, 3)])
    }

    @Test("the WRITE flag of the indirect descriptor itself is ignored")
    func writeFlag() throws {
        let bench = try QueueBench()
        bench.driver.setChain([readable(2, 2)], table: table(bench))
        bench.driver.setDescriptor(0, address: table(bench), length: 16, flags: Flag.indirect | Flag.write)
        bench.driver.offer(0)
        #expect(try bench.next() == .chain)
        #expect(bench.chain.buffers == [readable(2, 2)])
    }

    @Test("entries of a table are followed in the order of `next`, and may be left out")
    func sparse() throws {
        let bench = try QueueBench()
        bench.driver.setDescriptor(0, address: 10, length: 1, flags: Flag.next, next: 3, table: table(bench))
        bench.driver.setDescriptor(3, address: 13, length: 1, flags: Flag.next, next: 1, table: table(bench))
        bench.driver.setDescriptor(1, address: 11, length: 1, table: table(bench))
        bench.driver.setDescriptor(0, address: table(bench), length: 64, flags: Flag.indirect)
        bench.driver.offer(0)
        #expect(try bench.next() == .chain)
        #expect(bench.chain.buffers.map(\.address) == [10, 13, 11])
    }

    @Test("robustness: indirect, but not negotiated")
    func notNegotiated() throws {
        let bench = try QueueBench(indirect: false)
        bench.driver.setDescriptor(0, address: table(bench), length: 16, flags: Flag.indirect)
        try ChainFaultTests.expectRefused(bench, .indirectNotNegotiated)
    }

    @Test("robustness: an indirect table within an indirect table")
    func nested() throws {
        let bench = try QueueBench()
        bench.driver.setDescriptor(0, address: table(bench), length: 16, flags: Flag.indirect, table: table(bench))
        bench.driver.setDescriptor(0, address: table(bench), length: 16, flags: Flag.indirect)
        try ChainFaultTests.expectRefused(bench, .nestedIndirect)
    }

    @Test("robustness: an indirect descriptor that goes on with next")
    func indirectWithNext() throws {
        let bench = try QueueBench()
        bench.driver.setChain([readable(2, 2)], table: table(bench))
        bench.driver.setDescriptor(0, address: table(bench), length: 16, flags: Flag.indirect | Flag.next, next: 1)
        try ChainFaultTests.expectRefused(bench, .nestedIndirect)
    }

    @Test(
        "robustness: a table of an odd size, of none, or longer than the queue",
        arguments: [0, 1, 15, 17, 31, 8 * 16 + 1, 9 * 16, 1 << 20, .max, .max - 15] as [UInt32])
    func badSize(length: UInt32) throws {
        let bench = try QueueBench(size: 8)
        bench.driver.setDescriptor(0, address: table(bench), length: length, flags: Flag.indirect)
        try ChainFaultTests.expectRefused(bench, .badIndirectSize)
    }

    @Test("robustness: a table outside memory, or half outside, or around the end of the address space")
    func outside() throws {
        let end = UInt64(try QueueBench().driver.memory.bytes.count)
        for address in [end, end - 16, end - 1, 1 << 44, .max, .max - 15] {
            let bench = try QueueBench()
            bench.driver.setDescriptor(0, address: address, length: 32, flags: Flag.indirect)
            try ChainFaultTests.expectRefused(bench, .indirectOutsideMemory)
        }
    }

    @Test("robustness: next outside the indirect table, though inside the queue's")
    func nextOutside() throws {
        let bench = try QueueBench(size: 8)
        bench.driver.setDescriptor(0, address: 0, length: 1, flags: Flag.next, next: 2, table: table(bench))
        bench.driver.setDescriptor(0, address: table(bench), length: 32, flags: Flag.indirect)
        try ChainFaultTests.expectRefused(bench, .nextOutsideTable)
    }

    @Test("robustness: a loop in an indirect table")
    func loop() throws {
        let bench = try QueueBench(size: 8)
        bench.driver.setDescriptor(0, address: 0, length: 1, flags: Flag.next, next: 1, table: table(bench))
        bench.driver.setDescriptor(1, address: 0, length: 1, flags: Flag.next, next: 0, table: table(bench))
        bench.driver.setDescriptor(0, address: table(bench), length: 32, flags: Flag.indirect)
        try ChainFaultTests.expectRefused(bench, .tooLong)
    }

    @Test("robustness: direct and indirect together longer than the queue")
    func togetherTooLong() throws {
        let bench = try QueueBench(size: 4)
        bench.driver.setDescriptor(0, address: 0, length: 1, flags: Flag.next, next: 3)
        bench.driver.setDescriptor(3, address: table(bench), length: 64, flags: Flag.indirect)
        bench.driver.setChain((0..<4).map { readable($0, 1) }, table: table(bench))
        try ChainFaultTests.expectRefused(bench, .tooLong)
    }

    @Test("robustness: readable in the table after writable before it")
    func order() throws {
        let bench = try QueueBench()
        bench.driver.setDescriptor(0, address: 0, length: 1, flags: Flag.next | Flag.write, next: 3)
        bench.driver.setDescriptor(3, address: table(bench), length: 16, flags: Flag.indirect)
        bench.driver.setChain([readable(1, 1)], table: table(bench))
        try ChainFaultTests.expectRefused(bench, .readableAfterWritable)
    }

    @Test("robustness: a table that changes while it is read is taken as it was read")
    func changing() throws {
        let bench = try QueueBench()
        let table = table(bench)
        bench.driver.setChain([readable(1, 1), readable(2, 2)], table: table)
        bench.driver.setDescriptor(0, address: table, length: 32, flags: Flag.indirect)
        bench.driver.memory.afterRead = { [driver = bench.driver] in
            driver.setDescriptor(0, address: 0, length: .max, flags: Flag.indirect | Flag.write, table: table)
            driver.setDescriptor(1, address: 0, length: .max, flags: Flag.next, next: 9, table: table)
        }
        bench.driver.offer(0)
        #expect(try bench.next() == .chain)
        #expect(bench.chain.buffers == [readable(1, 1), readable(2, 2)])
        bench.driver.memory.afterRead = nil
    }
}
