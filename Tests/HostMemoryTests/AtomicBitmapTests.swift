import TestSupport
import Testing

@testable import HostMemory

@Suite struct AtomicBitmapTests {
    @Test("property: it is a set of numbers", arguments: SeededGenerator.seeds(10))
    func model(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        // Two words of the summary, the second not full.
        let count = 300_000
        let bitmap = try #require(AtomicBitmap(count: count))
        var model: Set<Int> = []
        for _ in 0..<300 {
            let start = Int(random.number(0...UInt64(count - 1)))
            let range = start..<min(count, start + Int(random.number(1...200)))
            switch random.number(0...3) {
            case 0, 1:
                #expect(bitmap.insert(range) == range.count { !model.contains($0) })
                model.formUnion(range)
            case 2:
                var seen = 0
                let known = range.count { model.contains($0) }
                let gone = bitmap.remove(range) { _, mask, removed in
                    #expect(removed & ~mask == 0)
                    seen += removed.nonzeroBitCount
                }
                #expect(gone == known && seen == known)
                model.subtract(range)
            default:
                #expect(bitmap.isFull(range) == range.allSatisfy(model.contains))
                #expect(bitmap.next(from: start) == model.filter { $0 >= start }.min())
            }
        }
        // All, in order; and nothing is left when all are taken.
        var found: [Int] = []
        var index = 0
        while let next = bitmap.next(from: index) {
            found.append(next)
            index = next + 1
        }
        #expect(found == model.sorted())
        bitmap.remove(0..<count)
        #expect(bitmap.next(from: 0) == nil)
        _ = bitmap.insert(count - 1..<count)
        #expect(bitmap.next(from: 0) == count - 1)
    }
}
