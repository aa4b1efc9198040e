import ArgumentParser
import Lab

/// The device alone, without a guest.
struct BenchDevice: MeasuringCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-device",
        abstract: "Measure the device without a guest: messages, discards, and what the peers' algorithms would take.",
        discussion: "The daemon is the real one, over vhost-user; ratios are to an eventfd round trip in the same run.")

    @Option(help: "Rounds of 64 messages for each contender.") var rounds = 6
    @OptionGroup var output: ReportOptions

    struct Row: Codable, Sendable {
        var message: MessageBench.Outcome?
        var discard: DiscardBench.Outcome?
    }

    func measure(_ findings: inout Findings<Row>) async throws {
        let messages = try await measureMessages(&findings)
        let discards = try measureDiscards(&findings)
        for table in [messages, discards] {
            findings.console.print(table)
            findings.console.print()
        }
    }

    private func measureMessages(_ findings: inout Findings<Row>) async throws -> Table {
        var bench = MessageBench()
        bench.rounds = max(1, rounds)
        var table = Table("message of 256 pages, kick to used", "median us", "p99 us", "of a round trip")
        for pattern in MessageBench.Pattern.allCases {
            findings.console.progress("messages, \(pattern.rawValue)")
            let outcomes = try await bench.run(pattern, in: findings.lab)
            findings.add(outcomes.map { Row(message: $0) })
            guard let base = outcomes.first(where: { $0.contender == MessageBench.roundTrip })?.median, base > 0 else {
                continue
            }
            for outcome in outcomes {
                table.add(
                    "\(outcome.contender), \(pattern.rawValue)", decimal(outcome.median, 2), decimal(outcome.p99, 2),
                    decimal(outcome.median / base, 2))
            }
            guard let own = outcomes.first(where: { $0.contender == MessageBench.deferred }) else { continue }
            let name = "device.message.\(pattern.rawValue)"
            findings.add([
                Figure("\(name).median-of-round-trip", own.median / base, .atMost, 8),
                Figure("\(name).p99-of-round-trip", own.p99 / base, .atMost, 30),
            ])
        }
        return table
    }

    private func measureDiscards(_ findings: inout Findings<Row>) throws -> Table {
        var table = Table("discard of 64 MiB in runs of", "C loop ms", "ours ms", "pending set ms", "ours / C")
        for pages in [1, 16, 256] as [UInt64] {
            findings.console.progress("discards, \(pages) pages a run")
            let outcome = try DiscardBench().run(pagesPerRun: pages)
            findings.add(Row(discard: outcome))
            guard let ours = median(outcome.ours), let bare = median(outcome.bare), bare > 0 else { continue }
            table.add(
                "\(pages * 4) KiB", decimal(bare, 2), decimal(ours, 2), decimal(median(outcome.pending), 2),
                decimal(ours / bare, 2))
            findings.add(Figure("device.discard.\(pages * 4)K.of-bare-loop", ours / bare, .atMost, 1.05))
        }
        let calls = try DiscardBench().callsOfPendingDeflation()
        findings.add(Figure("device.deflate-pending.system-calls", Double(calls), .atMost, 0))
        return table
    }
}
