import ControlAPI
import Foundation
import Simulation

/// A comparison, for people.
enum SimulationText {
    static func text(_ comparison: Comparison) -> String {
        let header =
            "\(comparison.scenario): \(comparison.guests) guests of \(size(comparison.most)) together, "
            + "the host lends \(size(comparison.budget)), \(time(comparison.seconds)) of virtual time"
        var table = TextTable(
            header: [
                "policy", "killed", "by host", "lost s", "bursts", "slowest", "moved", "overdrawn",
                "host at equal pain",
                "density",
            ], rightAligned: Set(1...9))
        table.add(["all memory"] + cells(comparison.ideal) + ["", ""])
        for row in comparison.rows {
            table.add(
                [row.policy.rawValue] + cells(row.outcome) + [
                    row.budgetAtEqualPain.map(size) ?? "-",
                    comparison.density(row).map { decimals($0, 2) } ?? "-",
                ])
        }
        return header + "\n\n" + table.text()
    }

    static func size(_ pages: Int) -> String { ByteSize(UInt64(max(0, pages)) * 4096).description }

    private static func cells(_ outcome: Outcome) -> [String] {
        [
            "\(outcome.kills)", "\(outcome.hostKills)", decimals(outcome.suffered, 1), "\(outcome.bursts)",
            decimals(outcome.slowestBurst, 2), size(outcome.moved), size(outcome.overdrawn),
        ]
    }

    private static func decimals(_ value: Double, _ count: Int) -> String {
        String(format: "%.\(count)f", locale: Locale(identifier: "en_US_POSIX"), value)
    }

    private static func time(_ seconds: Double) -> String {
        seconds >= 7200 ? decimals(seconds / 3600, 1) + " h" : decimals(seconds / 60, 1) + " min"
    }
}
