import Balloon
import TestSupport
import Testing

@Suite struct StatisticsTests {
    /// One entry as it is sent.
    private func entry(_ tag: UInt16, _ value: UInt64) -> [UInt8] {
        withUnsafeBytes(of: tag.littleEndian, Array.init) + withUnsafeBytes(of: value.littleEndian, Array.init)
    }

    private func decode(_ bytes: [UInt8], into start: BalloonStatistics = .init()) -> BalloonStatistics {
        var set = start
        bytes.withUnsafeBytes { set.decode($0) }
        return set
    }

    @Test("spec D20: buffers of 10 and of 16 entries of 10 bytes, as Linux sends them", arguments: [10, 16])
    func lengths(count: Int) {
        let set = decode((0..<count).flatMap { entry(UInt16($0), UInt64($0) << 40 + 7) })
        for tag in StatisticsTag.allCases {
            let expected: UInt64? = Int(tag.rawValue) < count ? UInt64(tag.rawValue) << 40 + 7 : nil
            #expect(set[tag] == expected, "\(tag)")
        }
    }

    @Test("spec D21, V5: entries in any order", arguments: SeededGenerator.seeds(5))
    func anyOrder(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let entries = StatisticsTag.allCases.map { entry($0.rawValue, UInt64($0.rawValue) * 3) }
        let set = decode(entries.shuffled(using: &random).flatMap { $0 })
        #expect(set == decode(entries.flatMap { $0 }))
    }

    @Test("spec D22: any subset; what was not sent is absent, not zero")
    func subset() {
        let set = decode(entry(6, 0) + entry(10, 1))
        #expect(set[.availableMemory] == 0)
        #expect(set[.oomKills] == 1)
        #expect(StatisticsTag.allCases.filter { set[$0] != nil }.count == 2)
    }

    @Test(
        "spec V4: unknown tags are ignored",
        arguments: [UInt16(StatisticsTag.allCases.count), 24, 25, 255, 65534, 65535])
    func unknownTag(tag: UInt16) {
        #expect(decode(entry(tag, 5)).isEmpty)
        let set = decode(entry(tag, 5) + entry(4, 9))
        #expect(set == decode(entry(4, 9)))
    }

    @Test("a tag sent twice keeps its last value")
    func twice() {
        #expect(decode(entry(4, 1) + entry(4, 2))[.freeMemory] == 2)
    }

    @Test("-1 is what a kernel sends for what it does not count")
    func minusOne() {
        #expect(decode(entry(8, .max)).isEmpty)
        #expect(decode(entry(8, .max - 1))[.hugePageAllocations] == UInt64.max - 1)
        let set = decode([UInt8](repeating: 0xff, count: 100))
        #expect(set.isEmpty, "Windows' first buffer")
    }

    @Test("robustness: a length that is not a multiple of 10 counts whole entries only", arguments: 0...30)
    func oddLength(count: Int) {
        let bytes = entry(0, 11) + entry(1, 12) + entry(2, 13)
        let set = decode(Array(bytes[..<count]))
        #expect(set[.swapIn] == (count >= 10 ? 11 : nil))
        #expect(set[.swapOut] == (count >= 20 ? 12 : nil))
        #expect(set[.majorFaults] == (count >= 30 ? 13 : nil))
    }

    @Test("two sets are equal by what they hold")
    func equality() {
        var set = BalloonStatistics()
        set[.freeMemory] = 3
        #expect(set != BalloonStatistics())
        set[.freeMemory] = nil
        #expect(set == BalloonStatistics())
        #expect(set.isEmpty)
    }

    @Test("every tag has a name of its own, and numbers have no gaps")
    func names() {
        let tags = StatisticsTag.allCases
        #expect(Set(tags.map(\.name)).count == tags.count)
        #expect(tags.map(\.rawValue) == Array(0..<UInt16(tags.count)))
        let letters = "abcdefghijklmnopqrstuvwxyz-"
        for tag in tags { #expect(tag.name.allSatisfy { letters.contains($0) }) }
    }

    @Test("there is room for every tag, and what is written is read again")
    func roundTrip() {
        var set = BalloonStatistics()
        for tag in StatisticsTag.allCases { set[tag] = UInt64(tag.rawValue) << 40 + 7 }
        var bytes = [UInt8](repeating: 0, count: BalloonStatistics.encodedLimit)
        let count = bytes.withUnsafeMutableBytes { set.encode(into: $0) }
        #expect(count == StatisticsTag.allCases.count * BalloonStatistics.entrySize)
        let back = decode(Array(bytes[..<count]))
        for tag in StatisticsTag.allCases { #expect(back[tag] == UInt64(tag.rawValue) << 40 + 7, "\(tag)") }
    }

    @Test("memory is bytes, what happened is counted, and only sizes go down again")
    func units() {
        let counts: Set<StatisticsTag> = [
            .majorFaults, .minorFaults, .hugePageAllocations, .hugePageFailures, .oomKills, .allocationStalls,
        ]
        let gauges: Set<StatisticsTag> = [.freeMemory, .totalMemory, .availableMemory, .diskCaches]
        for tag in StatisticsTag.allCases.prefix(16) {
            #expect((tag.facts.unit == .count) == counts.contains(tag), "\(tag)")
            #expect((tag.facts.kind == .gauge) == gauges.contains(tag), "\(tag)")
        }
    }

    @Test("property: noise is decoded as the model does", arguments: SeededGenerator.seeds(50))
    func noise(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        var model: [UInt16: UInt64] = [:]
        for _ in 0..<random.number(0...40) {
            let tag = random.number(0...30 as ClosedRange<UInt16>)
            let value = random.pick([0, 1, .max, .max - 1, random.number(0 ... .max)] as [UInt64])
            bytes += entry(tag, value)
            if tag < StatisticsTag.allCases.count, value != .max { model[tag] = value }
        }
        bytes += (0..<random.number(0...9)).map { _ in 0x5a }
        let set = decode(bytes)
        for tag in StatisticsTag.allCases { #expect(set[tag] == model[tag.rawValue]) }
    }
}
