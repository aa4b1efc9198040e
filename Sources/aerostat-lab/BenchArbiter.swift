import ArgumentParser
import Lab

/// What one event costs the arbiter, among few guests and among many.
struct BenchArbiter: MeasuringCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-arbiter",
        abstract: "Measure the arbiter's decision for one event among 10 and among 10,000 guests.",
        discussion: "Pure computation: no guest is started. Turns alternate, and medians are compared.")

    @Option(help: "How often to measure each number of guests.") var runs = 15
    @Option(help: "How many events make one measurement.") var events = 20000
    @Option(help: "The larger of the two numbers of guests, above 10.") var guests = 10000
    @OptionGroup var output: ReportOptions

    struct Row: Codable, Sendable {
        var guests: Int
        var nanoseconds: [Double]
        var moves: Int
    }

    var runsAerostat: Bool { false }

    func validate() throws {
        guard runs > 0, events > 0, guests > 10 else {
            throw ValidationError("--runs and --events must be above 0, and --guests above 10")
        }
    }

    func measure(_ findings: inout Findings<Row>) async throws {
        let console = findings.console
        var loads = [10, guests].map { ArbiterLoad(guests: $0) }
        var rows = loads.map { Row(guests: $0.count, nanoseconds: [], moves: 0) }
        for load in loads.indices { _ = try loads[load].run(events: events) }
        for turn in 1...runs {
            console.progress("turn \(turn) of \(runs)")
            for load in loads.indices { rows[load].nanoseconds.append(try loads[load].run(events: events)) }
        }
        for load in loads.indices { rows[load].moves = loads[load].moves }
        var table = Table("one event among", "median ns", "least", "moves")
        for row in rows {
            table.add(
                "\(row.guests) guests", decimal(median(row.nanoseconds), 0), decimal(row.nanoseconds.min(), 0),
                "\(row.moves)")
        }
        console.print(table)
        console.print()
        guard let few = median(rows[0].nanoseconds), let many = median(rows[1].nanoseconds), few > 0 else { return }
        findings.add(rows)
        findings.add([Figure("arbiter.event-among-\(guests)-of-among-10", many / few, .atMost, 4)])
    }
}
