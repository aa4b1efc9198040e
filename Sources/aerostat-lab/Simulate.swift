import ArgumentParser
import Foundation
import Lab
import Simulation

/// The simulator's figures: ours against every rival on the published traces, and how fast virtual time passes.
struct Simulate: MeasuringCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare our arbiter with every rival on the published traces, in virtual time.",
        discussion:
            "The traces are not part of the project; --traces or $AEROSTAT_TRACES names the folder that has them.")

    @Option(help: "The folder with the traces (default: $AEROSTAT_TRACES).") var traces: String?
    @Option(help: "Seed of the random generator: the same seed gives the same result.") var seed: UInt64 = 1
    @OptionGroup var output: ReportOptions

    static var needsLab: Bool { false }
    var runsAerostat: Bool { false }

    /// What one policy made of one trace.
    struct Row: Codable, Sendable {
        var trace: String
        var policy: String
        var kills: Int
        var lostSeconds: Double
        var slowestBurst: Double
        var density: Double?
    }

    /// The traces, and the share of all guests' memory that the host lends: such that a static split just hurts.
    private static let files: [(name: String, file: String, percent: Int)] = [
        ("bitbrains", "bitbrains-rnd-2013-08-first-14-days.csv.xz", 50),
        ("blender", "blender-in-a-guest.csv", 75),
        ("clang", "clang-in-a-guest.csv", 90),
    ]

    func measure(_ findings: inout Findings<Row>) async throws {
        let console = findings.console
        if let folder = traces ?? ProcessInfo.processInfo.environment["AEROSTAT_TRACES"] {
            for trace in Self.files {
                let path = "\(folder)/\(trace.file)"
                guard FileManager.default.fileExists(atPath: path) else {
                    console.print("skipped: \(trace.file) is not in \(folder)")
                    continue
                }
                try measure(trace.name, path, percent: trace.percent, &findings)
            }
        } else {
            console.print("skipped: the traces; AEROSTAT_TRACES names no folder that has them")
        }
        console.progress("speed")
        findings.add(Figure("simulate.speed.1000-guests", speed(), .atLeast, 1000))
    }

    private func measure(
        _ name: String, _ path: String, percent: Int, _ findings: inout Findings<Row>
    ) throws {
        let console = findings.console
        var options = TraceOptions()
        options.seed = seed
        let scenario = try Trace(file: path).scenario(options)
        let comparison = Comparison(
            scenario, budget: scenario.most * percent / 100, policies: PolicyName.allCases, density: true
        ) { console.progress("\(name): \($0.rawValue)") }
        var table = Table("\(name), \(scenario.guests.count) guests", "killed", "lost s", "slowest", "density")
        for row in comparison.rows {
            let density = comparison.density(row)
            let kills = row.outcome.kills + row.outcome.hostKills
            table.add(
                row.policy.rawValue, "\(kills)", decimal(row.outcome.suffered, 1), decimal(row.outcome.slowestBurst, 2),
                decimal(density, 2))
            findings.add(
                Row(
                    trace: name, policy: row.policy.rawValue, kills: kills, lostSeconds: row.outcome.suffered,
                    slowestBurst: row.outcome.slowestBurst, density: density))
        }
        console.print(table)
        console.print()
        guard let ours = comparison.row(.aerostat) else { return }
        let rivals = comparison.rows.filter { PolicyName.rivals.contains($0.policy) }
        let least = rivals.map(\.outcome.suffered).min() ?? 0
        findings.add([
            Figure(
                "simulate.\(name).kills", Double(ours.outcome.kills + ours.outcome.hostKills), .atMost, 0),
            // To a hundredth of a second: less is the ticks' doing.
            Figure(
                "simulate.\(name).seconds-lost-beyond-best-rival",
                max(0, ((ours.outcome.suffered - least) * 100).rounded() / 100), .atMost, 0),
            Figure("simulate.\(name).density", comparison.density(ours) ?? 0, .atLeast, 1.3),
        ])
    }

    /// Virtual seconds in a second, with our arbiter and 1000 guests that work.
    private func speed() -> Double {
        let scenario = BuiltIn.officeDay.scenario(seed: seed, guests: 1000)
        var short = scenario
        short.seconds = 4 * 3600
        let clock = ContinuousClock()
        let time = clock.measure { _ = PolicyName.aerostat.run(short, budget: short.budget) }
        return short.seconds / max(1e-9, time / .seconds(1))
    }
}
