import TestSupport
import Testing
import Virtio

@Suite struct RingRuleTests {
    @Test("a ring has a power of two of entries, at most 32768")
    func sizes() {
        let valid = (UInt16.min ... .max).filter(SplitRing.isValid)
        #expect(valid == (0...15).map { 1 << $0 })
    }

    @Test("a ring of a bad size is refused", arguments: [0, 3, 24, 32769, 65535] as [UInt16])
    func badSize(size: UInt16) {
        let memory = TestMemory(size: 4096)
        #expect(throws: QueueFault.badSize) { try ring(size, in: memory, 0, 128, 256) }
    }

    @Test("the parts of a ring are aligned to 16, 2 and 4 bytes")
    func alignment() throws {
        let memory = TestMemory(size: 4096)
        for offset in 0..<32 {
            expect(isAligned: offset % 16 == 0) { try ring(4, in: memory, offset, 128, 256) }
            expect(isAligned: offset % 2 == 0) { try ring(4, in: memory, 0, 128 + offset, 256) }
            expect(isAligned: offset % 4 == 0) { try ring(4, in: memory, 0, 128, 256 + offset) }
        }
    }

    @Test("the parts of a ring have room for the event words")
    func lengths() {
        #expect(SplitRing.tableBytes(8) == 128)
        #expect(SplitRing.availableBytes(8) == 22)
        #expect(SplitRing.usedBytes(8) == 70)
        #expect(SplitRing.usedBytes(32768) == 262150)
    }

    private func expect(
        isAligned: Bool, sourceLocation: SourceLocation = #_sourceLocation, _ make: () throws -> Void
    ) {
        if isAligned {
            #expect(throws: Never.self, sourceLocation: sourceLocation, performing: make)
        } else {
            #expect(throws: QueueFault.misaligned, sourceLocation: sourceLocation, performing: make)
        }
    }

    private func ring(_ size: UInt16, in memory: TestMemory, _ table: Int, _ available: Int, _ used: Int) throws {
        let base = try #require(memory.bytes.baseAddress)
        _ = try SplitRing(size: size, descriptors: base + table, available: base + available, used: base + used)
    }
}
