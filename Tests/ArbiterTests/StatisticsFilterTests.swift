@testable import Arbiter
import Balloon
import TestSupport
import Testing

/// What cannot be right is left out before anybody uses it.
@Suite struct StatisticsFilterTests {
    private var filter = StatisticsFilter()
    private var now = Instant(nanoseconds: 0) + 1_000 * TimeSpan.seconds(1)
    /// 1 GiB.
    private var memory: Pages? = Pages.mebibytes(1024)

    /// Windows: what it does not count is -1, in pages.
    static let noSwap = UInt64(bitPattern: -4096)

    private mutating func hear(_ values: [StatisticsTag: UInt64], after seconds: UInt64 = 1) -> StatisticsFilter.Verdict
    {
        now = now + TimeSpan.seconds(seconds)
        var set = BalloonStatistics()
        for (tag, value) in values { set[tag] = value }
        return filter.judge(set, at: now, within: memory)
    }

    @Test("a set that can be right is left as it is")
    mutating func normal() {
        for second in 0..<100 as Range<UInt64> {
            var values: [StatisticsTag: UInt64] = [:]
            for tag in StatisticsTag.allCases { values[tag] = tag.facts.kind == .gauge ? 900 << 20 : second << 28 }
            values[.oomKills] = second
            for tag in [StatisticsTag.majorFaults, .allocationStalls] { values[tag] = second * 1_000_000 }
            let verdict = hear(values)
            #expect(verdict.dropped.isEmpty && verdict.news.isEmpty)
            for (tag, value) in values { #expect(verdict.accepted[tag] == value, "\(tag)") }
        }
    }

    @Test("Windows' values are left out, and told of once")
    mutating func windows() {
        for round in 0..<5 {
            let verdict = hear([
                .swapIn: Self.noSwap, .swapOut: Self.noSwap, .majorFaults: 0xffff_ffff_8000_0001,
                .freeMemory: 100 << 20, .totalMemory: 1 << 30,
            ])
            #expect(verdict.dropped.count == 3 && verdict.news.count == (round == 0 ? 3 : 0))
            #expect(verdict.accepted[.swapIn] == nil && verdict.accepted[.majorFaults] == nil)
            #expect(verdict.accepted[.freeMemory] == 100 << 20)
        }
    }

    @Test(
        "what flaps between nothing and rubbish is never growth", arguments: StatisticsTag.allCases,
        [1, 2, 3, 7] as [Int])
    func flapping(tag: StatisticsTag, period: Int) {
        guard tag.facts.kind == .counter else { return }
        for rubbish in [Self.noSwap, 1 << 63, 1 << 62, 1 << 50, 3 << 30, 0xffff_ffff] as [UInt64] {
            var test = self
            var rises = 0
            var before: UInt64?
            for round in 0..<200 {
                let verdict = test.hear([tag: round / period % 2 == 0 ? 0 : rubbish])
                let value = verdict.accepted[tag]
                if let before, let value, value > before { rises += 1 }
                before = value
            }
            // The first one, where that can be, and no other.
            #expect(rises <= 1, "\(tag) \(rubbish) \(period)")
        }
    }

    @Test("a size is at most the guest's memory", arguments: [StatisticsTag.freeMemory, .availableMemory, .diskCaches])
    func sizes(tag: StatisticsTag) {
        var test = self
        #expect(test.hear([tag: 1 << 30, .totalMemory: 1 << 30]).dropped.isEmpty)
        #expect(test.hear([tag: 1 << 30 + 1, .totalMemory: 1 << 30]).dropped.contains(tag))
        #expect(test.hear([tag: 3 << 30, .totalMemory: 4 << 30]).dropped.isEmpty, "not all is shared with us")
        #expect(test.hear([tag: 3 << 30, .totalMemory: 17 << 30]).dropped.count == 2)
        #expect(test.hear([tag: .max - 4095]).dropped.contains(tag))
        test.memory = nil
        #expect(test.hear([tag: 1 << 44]).dropped.isEmpty)
        #expect(test.hear([tag: 1 << 44 + 1]).dropped.contains(tag))
    }

    @Test("a total that no guest has, or none, is no total")
    mutating func totals() {
        #expect(hear([.totalMemory: 0]).dropped.contains(.totalMemory))
        #expect(hear([.totalMemory: 16 << 30]).dropped.isEmpty)
        #expect(hear([.totalMemory: 16 << 30 + 1]).dropped.contains(.totalMemory))
        memory = nil
        #expect(hear([.totalMemory: 1 << 44]).dropped.isEmpty)
        #expect(hear([.totalMemory: 1 << 45]).dropped.contains(.totalMemory))
    }

    @Test("a value that can be is compared with the last one that could, over all the time between them")
    mutating func afterRubbish() {
        _ = hear([.swapIn: 1 << 30])
        #expect(hear([.swapIn: 1 << 45]).dropped.contains(.swapIn))
        #expect(hear([.swapIn: 1 << 45]).news.isEmpty)
        #expect(hear([.swapIn: 2 << 30]).accepted[.swapIn] == 2 << 30)
        // 64 GiB a second are possible, and 3 s may lie between what is said and when it came.
        #expect(hear([.swapIn: (2 + 64 * 14) << 30], after: 10).dropped.contains(.swapIn))
        #expect(hear([.swapIn: (2 + 64 * 14) << 30], after: 1).dropped.isEmpty)
    }

    @Test("a counter that begins anew is looked at for eight sets, and is told of the second time")
    mutating func anew() {
        _ = hear([.majorFaults: 1_000_000])
        var verdict = hear([.majorFaults: 10])
        #expect(verdict.dropped.contains(.majorFaults) && verdict.news.isEmpty, "gone back to a snapshot")
        for round in 1...8 as ClosedRange<UInt64> {
            verdict = hear([.majorFaults: 10 + round])
            #expect(verdict.dropped.contains(.majorFaults) && verdict.news.isEmpty)
        }
        #expect(hear([.majorFaults: 20]).accepted[.majorFaults] == 20)
        #expect(hear([.majorFaults: 5]).news.contains(.majorFaults))
    }

    @Test("there is room for every statistic")
    func room() {
        #expect(StatisticsTag.allCases.count <= StatisticsFilter.room)
        #expect(StatisticsTag.allCases.count <= 32)
    }

    @Test("property: nothing that a guest sends is beyond its bounds afterwards", arguments: SeededGenerator.seeds(10))
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var test = self
        for _ in 0..<500 {
            var values: [StatisticsTag: UInt64] = [:]
            for tag in StatisticsTag.allCases where random.oneIn(2) {
                values[tag] = random.number(0...UInt64.max) >> random.number(0...63 as ClosedRange<UInt64>)
            }
            let verdict = test.hear(values, after: random.number(0...3 as ClosedRange<UInt64>))
            for tag in StatisticsTag.allCases {
                guard let value = verdict.accepted[tag] else { continue }
                #expect(value == values[tag] && !verdict.dropped.contains(tag))
                #expect(tag.facts.kind == .gauge ? value <= 16 << 30 : value < 1 << 63)
            }
        }
    }
}
