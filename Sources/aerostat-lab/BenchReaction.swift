import ArgumentParser
import Lab

/// How fast the others are told when one guest starves.
struct BenchReaction: MeasuringCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-reaction",
        abstract:
            "Measure the time from a page taken back unasked until other guests are told to pay, among 100 guests.",
        discussion: """
            A real daemon, with guests that are played by this program. The yardstick is an eventfd round trip between \
            two threads in the same run, each on a processor of its own, as the daemon's are. The report is left in \
            figures/bench-reaction.json.
            """)

    @Option(help: "How many alarms to measure, at the least.") var alarms = 100
    @OptionGroup var output: ReportOptions

    func validate() throws {
        guard alarms >= 1 else { throw ValidationError("--alarms \(alarms): give 1 or more") }
    }

    func measure(_ findings: inout Findings<ReactionBench.Outcome>) async throws {
        let console = findings.console
        let bench = try await ReactionBench().run(alarms: alarms, in: findings.lab) { done in
            console.progress("\(done) of \(alarms) alarms")
        }
        findings.add(bench.outcomes)
        findings.keep()
        let trip = median(bench.roundTrips) ?? 0
        let inside = bench.outcomes.map(\.inside)
        findings.add([
            Figure("reaction.median-of-eventfd-round-trip", (median(inside) ?? 0) / trip, .atMost, 20),
            Figure("reaction.p99-of-eventfd-round-trip", Self.slowest(inside) / trip, .atMost, 200),
        ])
        var table = Table("\(ReactionBench.guests) guests, \(bench.outcomes.count) alarms", "median us", "p99 us")
        for (name, times) in [
            ("eventfd round trip", bench.roundTrips),
            ("kick until the first payer knows", bench.outcomes.map(\.first)),
            ("kick until all payers of the event know", bench.outcomes.map(\.last)),
            ("deflation seen until all payers are told, by the daemon", inside),
        ] {
            table.add(name, decimal(median(times) ?? 0, 1), decimal(Self.slowest(times), 1))
        }
        console.print(table)
        console.print("payers an alarm: \(bench.outcomes.map(\.payers).reduce(0, +) / bench.outcomes.count)")
        console.print()
    }

    /// The 99th percentile.
    private static func slowest(_ times: [Double]) -> Double {
        let sorted = times.sorted()
        return sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
    }
}
