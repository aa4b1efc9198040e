import Balloon
import BalloonDevice
import TestSupport
import Testing

@Suite struct PageBitmapTests {
    /// Pages of a chunk: 1 GiB of guest memory.
    private static let chunk: UInt64 = 1 << 18

    @Test("an empty bitmap holds nothing")
    func empty() {
        var bitmap = PageBitmap()
        #expect(bitmap.count == 0)
        #expect(!bitmap.contains(0) && !bitmap.contains(1 << 32 - 1) && !bitmap.contains(.max))
        #expect(bitmap.remove(PageRun(start: 0, count: 1 << 32)) == 0)
        bitmap.removeAll(from: 0)
        #expect(bitmap.count == 0)
    }

    @Test("a run across the border of chunks, whichever of them exists")
    func chunkBorder() {
        for start in [Self.chunk - 1, Self.chunk - 64, 3 * Self.chunk - 100] {
            var bitmap = PageBitmap()
            let run = PageRun(start: start, count: 200)
            #expect(bitmap.insert(run) == 200)
            #expect(bitmap.insert(PageRun(start: start + 10, count: 10)) == 0)
            #expect(bitmap.contains(start) && bitmap.contains(run.end - 1))
            #expect(!bitmap.contains(start - 1) && !bitmap.contains(run.end))
            #expect(bitmap.remove(PageRun(start: start - 1000, count: 1001)) == 1)
            #expect(bitmap.remove(PageRun(start: 0, count: 1 << 30)) == 199)
            #expect(bitmap.count == 0)
        }
    }

    @Test("the last page that a balloon can name")
    func lastPage() {
        var bitmap = PageBitmap()
        let last = PageRun(start: (1 << 32) - 1, count: 1)
        #expect(bitmap.insert(last) == 1)
        #expect(bitmap.contains(last.start))
        #expect(bitmap.remove(last) == 1)
    }

    @Test("a whole chunk in one run")
    func wholeChunk() {
        var bitmap = PageBitmap()
        #expect(bitmap.insert(PageRun(start: Self.chunk, count: Self.chunk)) == Self.chunk)
        #expect(bitmap.insert(PageRun(start: 0, count: 3 * Self.chunk)) == 2 * Self.chunk)
        bitmap.removeAll(from: Self.chunk + 1)
        #expect(bitmap.count == Self.chunk + 1)
        bitmap.removeAll()
        #expect(bitmap.count == 0 && !bitmap.contains(Self.chunk))
    }

    @Test("property: a bitmap is a set", arguments: SeededGenerator.seeds(12))
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bitmap = PageBitmap()
        var model: Set<UInt64> = []
        // Around the borders of words and of the first three chunks.
        let places: [UInt64] = [0, 50, Self.chunk - 150, 2 * Self.chunk - 70]
        func run() -> PageRun {
            PageRun(start: random.pick(places) + random.number(0...150), count: random.number(1...200))
        }
        for _ in 0..<150 {
            switch random.number(0...9) {
            case 0...4:
                let run = run()
                let new = Set(run.start..<run.end).subtracting(model)
                #expect(bitmap.insert(run) == UInt64(new.count))
                model.formUnion(new)
            case 5...8:
                let run = run()
                let gone = Set(run.start..<run.end).intersection(model)
                #expect(bitmap.remove(run) == UInt64(gone.count))
                model.subtract(gone)
            default:
                let start = run().start
                bitmap.removeAll(from: start)
                model = model.filter { $0 < start }
            }
            #expect(bitmap.count == UInt64(model.count))
            let page = run().start
            #expect(bitmap.contains(page) == model.contains(page))
        }
        let pages = places.flatMap { $0..<$0 + 400 }.filter(bitmap.contains)
        #expect(Set(pages) == model)
    }
}
