import ArgumentParser
import Foundation
import Lab

/// The device alone, without a guest.
struct BenchDevice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-device",
        abstract: "Measure the device without a guest: messages, discards, and what the peers' algorithms would take.",
        discussion: "The daemon is the real one, over vhost-user; ratios are to an eventfd round trip in the same run.")

    @Option(help: "Rounds of 64 messages for each contender.") var rounds = 6
    @Flag(help: "Print the report as JSON instead of tables.") var json = false

    struct Row: Codable, Sendable {
        var message: MessageBench.Outcome?
        var discard: DiscardBench.Outcome?
    }

    func run() async throws {
        Children.shared.endOnSignals()
        let lab = try LabEnvironment.find()
        _ = try lab.aerostat()
        let console = Console()
        console.noteLoad()
        var figures: [Figure] = []
        var rows: [Row] = []

        var bench = MessageBench()
        bench.rounds = max(1, rounds)
        var table = Table("message of 256 pages, kick to used", "median us", "p99 us", "of a round trip")
        for pattern in MessageBench.Pattern.allCases {
            console.progress("messages, \(pattern.rawValue)")
            let outcomes = try await bench.run(pattern, in: lab)
            rows += outcomes.map { Row(message: $0) }
            guard let base = outcomes.first(where: { $0.contender == MessageBench.roundTrip })?.median, base > 0 else {
                continue
            }
            for outcome in outcomes {
                table.add(
                    "\(outcome.contender), \(pattern.rawValue)", number(outcome.median), number(outcome.p99),
                    number(outcome.median / base))
            }
            guard let own = outcomes.first(where: { $0.contender == MessageBench.deferred }) else { continue }
            let name = "device.message.\(pattern.rawValue)"
            figures.append(Figure("\(name).median-of-round-trip", own.median / base, .atMost, 8))
            figures.append(Figure("\(name).p99-of-round-trip", own.p99 / base, .atMost, 30))
        }

        var discards = Table("discard of 64 MiB in runs of", "C loop ms", "ours ms", "pending set ms", "ours / C")
        for pages in [1, 16, 256] as [UInt64] {
            console.progress("discards, \(pages) pages a run")
            let outcome = try DiscardBench().run(pagesPerRun: pages)
            rows.append(Row(discard: outcome))
            guard let ours = median(outcome.ours), let bare = median(outcome.bare), bare > 0 else { continue }
            discards.add(
                "\(pages * 4) KiB", number(bare), number(ours), number(median(outcome.pending) ?? 0),
                number(ours / bare))
            figures.append(Figure("device.discard.\(pages * 4)K.of-bare-loop", ours / bare, .atMost, 1.05))
        }
        let calls = try DiscardBench().callsOfPendingDeflation()
        figures.append(Figure("device.deflate-pending.system-calls", Double(calls), .atMost, 0))

        let report = FigureReport(command: "bench-device", figures: figures, rows: rows)
        try report.write(in: lab)
        if json {
            console.print(String(decoding: try report.json(), as: UTF8.self))
            return
        }
        for line in table.lines + [""] + discards.lines + [""] { console.print(line) }
        for figure in figures { console.print(figure.line) }
    }

    private func number(_ value: Double) -> String { String(format: "%.2f", value) }
}
