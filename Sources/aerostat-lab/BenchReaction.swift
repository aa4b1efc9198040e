import ArgumentParser
import Foundation
import Lab

/// How fast the others are told when one guest starves.
struct BenchReaction: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-reaction",
        abstract: "Measure from a page taken back unasked until other guests are told to pay, among 100 guests.",
        discussion: """
            A real daemon, with guests that are played by this program. The yardstick is an eventfd round trip between \
            two threads in the same run, each on a processor of its own, as the daemon's are. The report is left in \
            figures/bench-reaction.json.
            """)

    @Option(help: "Alarms that are measured, at least.") var alarms = 100
    @Flag(help: "Print the report as JSON.") var json = false

    func validate() throws {
        guard alarms >= 1 else { throw ValidationError("--alarms \(alarms): give 1 or more") }
    }

    func run() async throws {
        Children.shared.endOnSignals()
        let lab = try LabEnvironment.find()
        let console = Console()
        console.noteLoad()
        let bench = try await ReactionBench().run(alarms: alarms, in: lab) { done in
            console.progress("\(done) of \(alarms) alarms")
        }
        let trip = median(bench.roundTrips) ?? 0
        let inside = bench.outcomes.map(\.inside).sorted()
        let last = bench.outcomes.map(\.last).sorted()
        let middle = median(inside) ?? 0
        let slow = Self.slowest(inside)
        let figures = [
            Figure("reaction.median-of-eventfd-round-trip", middle / trip, .atMost, 20),
            Figure("reaction.p99-of-eventfd-round-trip", slow / trip, .atMost, 200),
        ]
        let report = FigureReport(command: "bench-reaction", figures: figures, rows: bench.outcomes)
        try report.write(in: lab)
        try report.keep(in: lab)
        if json { return console.print(String(decoding: try report.json(), as: UTF8.self)) }
        var table = Table("\(ReactionBench.guests) guests, \(bench.outcomes.count) alarms", "median us", "p99 us")
        let first = bench.outcomes.map(\.first).sorted()
        table.add("eventfd round trip", text(trip), text(Self.slowest(bench.roundTrips.sorted())))
        table.add(
            "kick until the first payer knows", text(median(first) ?? 0), text(Self.slowest(first)))
        table.add("kick until all payers of the event know", text(median(last) ?? 0), text(Self.slowest(last)))
        table.add("deflation seen until all payers are told, by the daemon", text(middle), text(slow))
        for line in table.lines { console.print(line) }
        console.print("payers an alarm: \(bench.outcomes.map(\.payers).reduce(0, +) / bench.outcomes.count)")
        console.print()
        for figure in figures { console.print(figure.line) }
    }

    /// The 99th percentile.
    private static func slowest(_ sorted: [Double]) -> Double { sorted[min(sorted.count - 1, sorted.count * 99 / 100)] }

    private func text(_ value: Double) -> String { String(format: "%.1f", value) }
}
