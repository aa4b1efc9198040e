import TestSupport
import Testing
import Virtio

/// What a hostile driver can do with one chain. Each is refused, named by its head, and the queue goes on.
@Suite struct ChainFaultTests {
    private typealias Flag = DriverRing.Flag

    @Test("robustness: next outside the table", arguments: [8, 9, 65535] as [UInt16])
    func nextOutside(next: UInt16) throws {
        let bench = try QueueBench(size: 8)
        bench.driver.setDescriptor(0, address: 0, length: 1, flags: Flag.next, next: next)
        try expectRefused(bench, .nextOutsideTable)
    }

    @Test("robustness: a loop of any length", arguments: 1...8 as ClosedRange<UInt16>)
    func loop(length: UInt16) throws {
        let bench = try QueueBench(size: 8)
        for index in 0..<length {
            bench.driver.setDescriptor(
                index, address: 0, length: 1, flags: Flag.next, next: (index + 1) % length)
        }
        try expectRefused(bench, .tooLong)
    }

    @Test("robustness: a loop of empty descriptors")
    func emptyLoop() throws {
        let bench = try QueueBench(size: 8)
        bench.driver.setDescriptor(0, address: 0, length: 0, flags: Flag.next, next: 0)
        try expectRefused(bench, .tooLong)
    }

    @Test("robustness: readable after writable")
    func order() throws {
        let bench = try QueueBench()
        bench.driver.setChain([readable(0, 1), writable(0, 1), readable(0, 1)])
        try expectRefused(bench, .readableAfterWritable)
    }

    @Test("robustness: zero-length descriptors are tolerated")
    func zeroLength() throws {
        let bench = try QueueBench()
        #expect(try bench.take([readable(0, 0), readable(1 << 60, 0), readable(0, 3), writable(0, 0)]) == .chain)
        #expect(bench.chain.buffers.count == 4)
    }

    @Test("robustness: all buffers of a chain together have at most 2^32 bytes")
    func totalLength() throws {
        let bench = try QueueBench()
        #expect(try bench.take([readable(0, .max), writable(0, 1)]) == .chain)
        let second = try QueueBench()
        second.driver.setChain([readable(0, .max), readable(0, 2)])
        try expectRefused(second, .tooManyBytes)
        let third = try QueueBench()
        third.driver.setChain((0..<8).map { _ in writable(0, .max) })
        try expectRefused(third, .tooManyBytes)
    }

    /// The chain at head 0 is refused, can be returned, and the next one is served.
    static func expectRefused(
        _ bench: QueueBench, _ fault: ChainFault, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        bench.driver.offer(0)
        let first = try bench.next()
        #expect(first == .refused(fault), sourceLocation: sourceLocation)
        #expect(bench.chain.head == 0, sourceLocation: sourceLocation)
        bench.complete(bench.chain.head)
        #expect(bench.driver.usedEntry(0) == (0, 0), sourceLocation: sourceLocation)
        bench.driver.setDescriptor(1, address: 7, length: 7)
        bench.driver.offer(1)
        let second = try bench.next()
        #expect(second == .chain, sourceLocation: sourceLocation)
        #expect(bench.chain.buffers == [readable(7, 7)], sourceLocation: sourceLocation)
    }

    private func expectRefused(
        _ bench: QueueBench, _ fault: ChainFault, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try Self.expectRefused(bench, fault, sourceLocation: sourceLocation)
    }
}
