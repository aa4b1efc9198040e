import Balloon
import ControlAPI
import Testing

@testable import aerostat

@Suite struct StatusTextTests {
    private func guest(_ values: [String: UInt64]) -> GuestStatus {
        GuestStatus(
            name: "web1", socket: "/run/web1.sock", door: .vhostUser, link: .driverReady, max: ByteSize(1 << 30),
            sees: ByteSize(1 << 29), requested: nil, target: ByteSize(1 << 29), reported: 0, held: ByteSize(1 << 29),
            released: 0, pending: 0, hostUses: nil, state: .settled, reason: "held meets the target", retrySeconds: nil,
            features: [],
            statistics: StatisticsStatus(
                state: .answering, intervalSeconds: 0, ageSeconds: nil, timestamp: nil, values: values),
            counters: Counters(), problems: [])
    }

    @Test("a statistic of bytes is shown as a size, a count as a number", arguments: StatisticsTag.allCases)
    func units(tag: StatisticsTag) {
        let lines = StatusText.statistics(guest([tag.name: 3 << 20])).split(separator: "\n").dropFirst()
        let shown = tag.facts.unit == .bytes ? "3M" : "3145728"
        #expect(lines == ["  \(tag.name)  \(shown)  \(tag.facts.meaning)"])
    }

    @Test func whatANewerDaemonTellsIsShownAsItIs() {
        #expect(StatusText.statistics(guest(["not-known-yet": 4096])).contains("\n  not-known-yet  4096"))
    }

    @Test func aNumberHasItsName() {
        let text = StatusText.details(guest([:]))
        let rows = text.split(separator: "\n").map { $0.split(separator: "  ").map { String($0.drop { $0 == " " }) } }
        for row in [["max", "1G"], ["guest sees", "512M"], ["balloon held", "512M"]] {
            #expect(rows.contains { $0.prefix(2) == row[...] }, "\(row)\n\(text)")
        }
    }

    @Test func anExplanationEndsWithWhatIsNewest() {
        func decision(_ sequence: UInt64, _ message: String) -> Explanation.Decision {
            let event = Event(
                sequence: sequence, timestamp: "2026-11-28T05:00:0\(sequence).000Z", guest: "web1", kind: .moved,
                message: message, numbers: [:])
            return Explanation.Decision(event: event, seconds: 4.2, until: nil)
        }
        let explanation = Explanation(
            guest: "web1", state: .settled, reason: "the target is reached",
            decisions: [decision(2, "web1 got 640M in 4.2 s (alarm)"), decision(1, "web1 got 5M at once (early)")])
        #expect(
            BudgetText.explanation(explanation) == """
                web1 is settled: the target is reached
                2026-11-28T05:00:01.000Z  moved: web1 got 5M at once (early)
                2026-11-28T05:00:02.000Z  moved: web1 got 640M in 4.2 s (alarm)
                """)
    }
}
