import Arbiter
import Balloon
import TestSupport
import Testing

@Suite struct RandomInputTests {
    @Test("property: any inputs in any order keep the invariants", arguments: SeededGenerator.seeds(60))
    func anyInputs(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bench = ArbiterBench()
        var invariants = Invariants()
        var isRunning = false
        for _ in 0..<400 {
            bench.pass(random.pick([0, 1, 50, 500, 3000, 100_000]))
            if let due = bench.arbiter.wakeAt, due <= bench.now {
                let decision = bench.send(.wake)
                invariants.check(bench, isRunning: isRunning, after: .wake, decision)
            }
            let input = input(&random, bench, isRunning: &isRunning)
            move(&bench, input, isRunning, &random)
            let decision = bench.send(input)
            invariants.check(bench, isRunning: isRunning, after: input, decision)
        }
    }

    private func input(_ random: inout SeededGenerator, _ bench: ArbiterBench, isRunning: inout Bool) -> Input {
        switch random.number(0...18) {
        case 0:
            isRunning = true
            return .driverStarted(isFresh: random.oneIn(2), hasStatistics: !random.oneIn(4))
        case 1 where random.oneIn(2):
            isRunning = false
            return .driverStopped
        case 2: return .requested(random.pick([0, random.pages(0...300_000), Pages(1 << 32)]))
        case 3: return .reclaim
        case 4, 5: return .unsolicited(random.pick([1, 256, random.pages(1...100_000)]))
        case 6...9: return .statistics(claims(&random))
        case 10: return .statisticsTimedOut(random.pick(Silence.allCases))
        case 11: return .retaken(random.pages(1...100_000))
        case 12: return .fixed(random.oneIn(2) ? "it is locked" : nil)
        case 13: return isRunning ? .hinting(random.oneIn(2)) : .progress
        default: return .progress
        }
    }

    /// The guest's driver goes where it is asked to, or does not.
    private func move(_ bench: inout ArbiterBench, _ input: Input, _ isRunning: Bool, _ random: inout SeededGenerator) {
        if case .driverStarted(isFresh: true, _) = input { bench.held = 0 }
        guard isRunning else { return }
        switch input {
        case .unsolicited(let pages), .retaken(let pages): bench.held -= min(bench.held, pages)
        default: break
        }
        switch random.number(0...5) {
        case 0...2: bench.held = bench.arbiter.target
        case 3: bench.held = Pages((bench.arbiter.target.count + 15) / 16 * 16)
        case 4: bench.held = random.pages(0...300_000)
        default: break
        }
    }

    /// Statistics are claims: anything may stand in them.
    private func claims(_ random: inout SeededGenerator) -> BalloonStatistics {
        var set = BalloonStatistics()
        for tag in StatisticsTag.allCases where !random.oneIn(4) {
            set[tag] = random.pick([0, .max, .max - 1, random.number(0...1 << 30), random.number(0...1 << 40)])
        }
        return set
    }
}
