import ArgumentParser
import Lab
import Load

/// One daemon, many simulated guests.
struct BenchMany: MeasuringCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-many",
        abstract: "Measure one daemon with 1 to 1,000 guests: throughput, latency beside others, memory.",
        discussion: """
            The guests are simulated, by threads of this program: on a small host they take as much of it as the \
            daemon does. The exit code speaks of correctness alone: a message that is not answered.
            """)

    @Option(help: "How many guests to go up to.") var guests = 1000
    @Option(help: "How many guests inflate while the deflations of one more are measured.") var others = 100
    @Option(help: "How many seconds each load lasts.") var seconds = 3.0
    @Option(help: "How many loads of each kind to run, by turns; the median counts.") var runs = 3
    @Option(help: "How many messages each guest has in flight; Linux has 1.") var inFlight = 1
    @Option(help: "How many threads play the guests.") var threads = 2
    @Flag(help: "Write pages before they are inflated, so that the host has memory to take back.") var touch = false
    @OptionGroup var output: ReportOptions

    /// One measurement.
    struct Row: Codable, Sendable {
        var load: LoadReport?
        var idle: ManyGuests.Idle?
    }

    func measure(_ findings: inout Findings<Row>) async throws {
        let (lab, console) = (try findings.lab, findings.console)
        var bench = ManyGuests()
        bench.seconds = seconds
        bench.messagesInFlight = inFlight
        bench.touchesPages = touch
        bench.threads = threads
        var loads: [LoadReport] = []
        var alone: [LoadReport] = []
        var beside: [LoadReport] = []
        for turn in 1...max(1, runs) {
            for count in steps {
                console.progress("load, run \(turn) of \(runs): \(count) guests")
                loads.append(try await bench.load(count, in: lab))
            }
            console.progress("deflations, run \(turn) of \(runs): alone, then beside \(others)")
            alone.append(try await bench.load(1, victims: 1, in: lab))
            beside.append(try await bench.load(others + 1, victims: 1, in: lab))
        }
        var idle: [ManyGuests.Idle] = []
        for count in [0, guests] {
            console.progress("idle: \(count) guests")
            idle.append(try await bench.idle(count, in: lab))
        }
        let reports = loads + alone + beside
        findings.add(reports.map { Row(load: $0) } + idle.map { Row(idle: $0) })
        findings.add(figures(loads, alone, beside, idle))
        findings.add(faults: reports.flatMap(\.failures))
        show(loads, console)
        show(alone, beside, console)
        show(idle, console)
    }

    /// 1, 10, 100, ... and the most.
    private var steps: [Int] {
        var steps: [Int] = []
        var count = 1
        while count < guests {
            steps.append(count)
            count *= 10
        }
        return steps + [guests]
    }

    private func figures(
        _ loads: [LoadReport], _ alone: [LoadReport], _ beside: [LoadReport], _ idle: [ManyGuests.Idle]
    ) -> [Figure] {
        var figures: [Figure] = []
        if let one = throughput(loads, 1), let many = throughput(loads, guests), one > 0 {
            figures.append(Figure("many.\(guests).throughput-of-one", many / one, .atLeast, 0.9))
        }
        if let quiet = p99(alone), let busy = p99(beside), quiet > 0 {
            figures.append(Figure("many.deflate-p99-beside-\(others)-of-alone", busy / quiet, .atMost, 5))
        }
        if let none = idle.first, let all = idle.last, all.guests > none.guests {
            let count = Double(all.guests - none.guests)
            let total = Double(all.memory.resident + all.memory.pageTables)
            let base = Double(none.memory.resident + none.memory.pageTables)
            figures.append(Figure("many.idle-guest-kib", (total - base) / 1024 / count, .atMost, 64))
            figures.append(Figure("many.idle.wake-ups-in-5s", Double(all.wakeups), .atMost, 0))
        }
        return figures
    }

    private func throughput(_ loads: [LoadReport], _ guests: Int) -> Double? {
        median(loads.filter { $0.guests == guests }.map(\.messagesPerSecond))
    }

    private func p99(_ reports: [LoadReport]) -> Double? {
        median(reports.compactMap { $0.victimDeflateMicroseconds?.p99 })
    }

    private func show(_ loads: [LoadReport], _ console: Console) {
        var table = Table("guests", "messages/s", "inflate p50 us", "p99", "deflate p50 us", "p99")
        for count in steps {
            let reports = loads.filter { $0.guests == count }
            table.add(
                "\(count)", decimal(throughput(loads, count), 1),
                decimal(median(reports.compactMap { $0.inflateMicroseconds?.p50 }), 1),
                decimal(median(reports.compactMap { $0.inflateMicroseconds?.p99 }), 1),
                decimal(median(reports.compactMap { $0.deflateMicroseconds?.p50 }), 1),
                decimal(median(reports.compactMap { $0.deflateMicroseconds?.p99 }), 1))
        }
        console.print(table)
        console.print()
    }

    private func show(_ alone: [LoadReport], _ beside: [LoadReport], _ console: Console) {
        var table = Table("deflations of one guest", "p50 us", "p99", "p99.9")
        for (name, reports) in [("alone", alone), ("beside \(others)", beside)] {
            let latencies = reports.compactMap(\.victimDeflateMicroseconds)
            table.add(
                name, decimal(median(latencies.map(\.p50)), 1), decimal(median(latencies.map(\.p99)), 1),
                decimal(median(latencies.map(\.p999)), 1))
        }
        console.print(table)
        console.print()
    }

    private func show(_ idle: [ManyGuests.Idle], _ console: Console) {
        var table = Table("idle guests", "RSS MiB", "own", "rings", "page tables", "start s", "status s", "wake-ups")
        for row in idle {
            let sizes = [row.memory.resident, row.memory.anonymous, row.memory.shared, row.memory.pageTables].map {
                decimal(Double($0) / 1_048_576, 1)
            }
            table.add(
                "\(row.guests)", sizes[0], sizes[1], sizes[2], sizes[3], decimal(row.startSeconds, 2),
                decimal(row.statusSeconds, 3), "\(row.wakeups)")
        }
        console.print(table)
        console.print()
    }
}
