import Balloon
import TestSupport
import Testing

@Suite struct PageRunTests {
    private func runs(of numbers: [UInt32]) -> [PageRun] {
        var numbers = numbers
        var result: [PageRun] = []
        numbers.withUnsafeMutableBufferPointer { PageRun.forEach(sorting: $0) { result.append($0) } }
        return result
    }

    @Test("no numbers, no runs")
    func nothing() { #expect(runs(of: []).isEmpty) }

    @Test("a descending message, as Linux sends it, is one run")
    func descending() {
        #expect(runs(of: (100..<356).reversed()) == [PageRun(start: 100, count: 256)])
    }

    @Test("the highest and the lowest page number")
    func ends() {
        #expect(
            runs(of: [.max, 0, .max - 1]) == [
                PageRun(start: 0, count: 1), PageRun(start: UInt64(UInt32.max) - 1, count: 2),
            ])
    }

    @Test("property: runs are the set of numbers, ascending and maximal", arguments: SeededGenerator.seeds(60))
    func model(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let spread = random.pick([4, 60, 1000, UInt32.max])
        let numbers = (0..<random.number(0...300)).map { _ in random.number(0...spread) }
        let result = runs(of: numbers)
        let covered = result.flatMap { Array($0.start..<$0.end) }
        #expect(covered == Set(numbers).sorted().map(UInt64.init))
        for (run, next) in zip(result, result.dropFirst()) {
            #expect(run.end < next.start, "neighbouring runs would be one")
        }
        #expect(result.allSatisfy { $0.count > 0 })
    }

    @Test("property: the intersection of runs is that of sets", arguments: SeededGenerator.seeds(20))
    func intersection(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let left = PageRun(start: random.number(0...40), count: random.number(1...20))
            let right = PageRun(start: random.number(0...40), count: random.number(1...20))
            let model = Set(left.start..<left.end).intersection(right.start..<right.end)
            let result = left.intersection(right)
            #expect(result.map { Set($0.start..<$0.end) } ?? [] == model)
            #expect(result == right.intersection(left))
        }
    }
}
