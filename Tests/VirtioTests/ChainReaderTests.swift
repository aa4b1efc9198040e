import TestSupport
import Testing
import Virtio

@Suite struct ChainReaderTests {
    @Test("property: a stream reads the same however it is cut", arguments: SeededGenerator.seeds(60))
    func anyCut(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let memory = TestMemory(size: 16384)
        let stream = (0..<random.number(0...2000)).map { _ in random.number(0...255 as ClosedRange<UInt8>) }
        let chain = DescriptorChain(head: 0, buffers: cut(stream, into: memory, &random))
        var reader = ChainReader()
        var result: [UInt8] = []
        var isAtEnd = false
        while !isAtEnd {
            var piece = [UInt8](repeating: 0xee, count: random.number(1...300))
            let wanted = piece.count
            let filled = try piece.withUnsafeMutableBytes { try reader.read(chain, from: memory, into: $0) }
            result += piece[..<filled]
            isAtEnd = filled < wanted
            #expect(piece[filled...].allSatisfy { $0 == 0xee }, "nothing is written behind what was read")
        }
        #expect(result == stream)
    }

    @Test("buffers for writing end what can be read")
    func writableEnds() throws {
        let memory = TestMemory(size: 64)
        memory.write(Array(0..<64), at: 0)
        let chain = DescriptorChain(head: 0, buffers: [readable(0, 3), writable(8, 8)])
        #expect(try read(chain, memory, 16) == [0, 1, 2])
    }

    @Test("an empty chain reads as nothing")
    func emptyChain() throws {
        #expect(try read(DescriptorChain(), TestMemory(size: 16), 16).isEmpty)
    }

    @Test("robustness: a buffer that starts in memory and ends outside is not read at all")
    func endOutside() {
        let memory = TestMemory(size: 64)
        for address in [60, 64, .max - 1] as [UInt64] {
            let chain = DescriptorChain(head: 0, buffers: [readable(address, 8)])
            #expect(throws: GuestMemoryError.outsideMemory) { try read(chain, memory, 8) }
        }
        #expect(memory.reads.isEmpty)
    }

    @Test("robustness: an address that wraps around while a buffer is read piece by piece")
    func wrapping() throws {
        let memory = TestMemory(size: 64)
        // Zero bytes are read of the first piece: it is only skipped.
        let chain = DescriptorChain(head: 0, buffers: [readable(.max, 0), readable(0, 4)])
        #expect(try read(chain, memory, 8).count == 4)
    }

    private func read(_ chain: DescriptorChain, _ memory: TestMemory, _ count: Int) throws -> [UInt8] {
        var reader = ChainReader()
        var bytes = [UInt8](repeating: 0, count: count)
        let filled = try bytes.withUnsafeMutableBytes { try reader.read(chain, from: memory, into: $0) }
        return Array(bytes[..<filled])
    }

    /// Lays the stream into memory in pieces, some of them empty, all of them apart.
    private func cut(
        _ stream: [UInt8], into memory: TestMemory, _ random: inout SeededGenerator
    ) -> [DescriptorChain.Buffer] {
        var buffers: [DescriptorChain.Buffer] = []
        var position = 0
        var address = 0
        while position < stream.count {
            let count = random.oneIn(4) ? 0 : min(random.number(1...200), stream.count - position)
            memory.write(Array(stream[position..<position + count]), at: UInt64(address))
            buffers.append(readable(UInt64(address), UInt32(count)))
            position += count
            address += count + random.number(0...3)
        }
        if random.oneIn(2) { buffers.append(writable(0, 100)) }
        return buffers
    }
}
