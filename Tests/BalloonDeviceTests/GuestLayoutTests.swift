import Balloon
import BalloonDevice
import TestSupport
import Testing

@Suite struct GuestLayoutTests {
    private func clip(_ layout: GuestLayout, _ run: PageRun) -> (parts: [PageRun], leftOut: UInt64) {
        var parts: [PageRun] = []
        let leftOut = layout.clip(run) { part, _ in parts.append(part) }
        return (parts, leftOut)
    }

    @Test("no memory, no pages")
    func empty() {
        let (parts, leftOut) = clip(GuestLayout(), PageRun(start: 0, count: 7))
        #expect(parts.isEmpty && leftOut == 7)
        #expect(GuestLayout().pages == 0)
    }

    @Test("a run over the hole below 4 GiB falls in two")
    func hole() {
        let layout = GuestLayout(memory: [
            PageRun(start: 1 << 20, count: 1 << 18), PageRun(start: 0, count: 3 << 18),
        ])
        let (parts, leftOut) = clip(layout, PageRun(start: (3 << 18) - 2, count: (1 << 18) + 5))
        #expect(parts == [PageRun(start: (3 << 18) - 2, count: 2), PageRun(start: 1 << 20, count: 3)])
        #expect(leftOut == 1 << 18)
        #expect(layout.pages == 1 << 20)
    }

    @Test("neighbouring regions are not joined: each part lies in one")
    func neighbours() {
        let layout = GuestLayout(memory: [PageRun(start: 0, count: 8), PageRun(start: 8, count: 8)])
        let (parts, leftOut) = clip(layout, PageRun(start: 6, count: 4))
        #expect(parts == [PageRun(start: 6, count: 2), PageRun(start: 8, count: 2)])
        #expect(leftOut == 0)
    }

    @Test("property: what is left of a run is what a set would leave", arguments: SeededGenerator.seeds(30))
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var memory: [PageRun] = []
        var start: UInt64 = 0
        for _ in 0..<random.number(0...4) {
            start += random.number(0...10)
            memory.append(PageRun(start: start, count: random.number(1...30)))
            start = memory[memory.count - 1].end
        }
        // Rings may overlap each other, and lie anywhere.
        let reserved = (0..<random.number(0...6)).map { _ in
            PageRun(start: random.number(0...120), count: random.number(1...6))
        }
        let layout = GuestLayout(memory: memory.shuffled(using: &random), reserved: reserved)
        let all = Set(memory.flatMap { $0.start..<$0.end })
        let allowed = all.subtracting(reserved.flatMap { $0.start..<$0.end })
        #expect(layout.pages == UInt64(all.count))
        for _ in 0..<40 {
            let run = PageRun(start: random.number(0...130), count: random.number(1...80))
            let (parts, leftOut) = clip(layout, run)
            let expected = allowed.intersection(run.start..<run.end)
            #expect(parts.flatMap { Array($0.start..<$0.end) } == expected.sorted())
            #expect(leftOut == run.count - UInt64(expected.count))
            for part in parts { #expect(memory.contains { $0.intersection(part) == part }) }
        }
    }
}
