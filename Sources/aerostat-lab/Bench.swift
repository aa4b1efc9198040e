import ArgumentParser
import Foundation
import Lab

/// How fast memory comes back, what that costs, and what an idle daemon costs.
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure growing balloons in real guests, ours against QEMU's own device.",
        discussion: """
            Seen from outside: from the request until the host's memory file has shrunk. Contenders take turns. The \
            report is left in figures/bench.json, a picture of it in figures/bench.svg, every run of it under figures/history.
            """)

    @Option(help: "Guest kernel: 6.1, 6.12 or newest; may be repeated. 6.1 and 6.12 if left out.")
    var kernel: [KernelSeries] = []
    @Option(help: "fresh, touched, page-cache or fragmented; may be repeated. Default: all.")
    var situation: [InflateCase] = []
    @Option(help: "Measurements of each row.") var runs = 3
    @Flag(help: "Only touched memory on Linux 6.1: some minutes instead of most of an hour.") var quick = false
    @Flag(help: "Leave our own device out.") var qemuOnly = false
    @Flag(help: "Print the report as JSON instead of tables.") var json = false

    func validate() throws {
        guard runs >= 1 else { throw ValidationError("--runs \(runs): give 1 or more") }
        guard !quick || kernel.isEmpty && situation.isEmpty else {
            throw ValidationError("--quick chooses kernel and situation itself")
        }
    }

    func run() async throws {
        Children.shared.endOnSignals()
        let lab = try LabEnvironment.find()
        if !qemuOnly { _ = try lab.aerostat() }
        let console = Console()
        console.noteLoad()
        let rows = try await measure(in: lab, console)
        let table = BenchTable(rows)
        var figures = table.figures
        if !qemuOnly {
            console.progress("idle daemon")
            let wakeups = try await IdleDaemon().run(kernel: .bookworm, in: lab)
            figures.append(Figure("idle.wake-ups-in-5s", Double(wakeups), .atMost, 0))
        }
        let report = FigureReport(command: "bench", figures: figures, rows: rows)
        try report.write(in: lab)
        try report.write(svg: BenchPlot(table: table).svg, in: lab)
        try report.keep(in: lab)
        if json {
            console.print(String(decoding: try report.json(), as: UTF8.self))
            return
        }
        for line in table.lines { console.print(line) }
        console.print()
        for figure in figures { console.print(figure.line) }
    }

    /// The rows, contender beside contender.
    private var subjects: [InflateBench.Subject] {
        let kernels = quick ? [.bookworm] : kernel.isEmpty ? KernelSeries.stable : kernel
        let situations = quick ? [.touched] : situation.isEmpty ? InflateCase.allCases : situation
        var subjects: [InflateBench.Subject] = []
        for kernel in kernels {
            for situation in situations {
                let contenders = contenders(in: situation)
                for initOnAlloc in [nil, false] as [Bool?] {
                    subjects += contenders.map { .init($0, kernel, situation, initOnAlloc: initOnAlloc) }
                }
            }
        }
        return subjects
    }

    /// Who is measured. What a guest's memory is like makes no difference between the doors: one situation is enough.
    private func contenders(in situation: InflateCase) -> [Contender] {
        if qemuOnly { return [Contender(.qemu)] }
        let ours: [Contender.Device] = situation == .touched ? [.aerostat, .vfioUser] : [.aerostat]
        return ([.qemu] + ours).map { Contender($0) }
    }

    private func measure(in lab: LabEnvironment, _ console: Console) async throws -> [InflateBench.Outcome] {
        var rows: [InflateBench.Outcome] = []
        for turn in 1...runs {
            for (index, subject) in subjects.enumerated() {
                console.progress(
                    "turn \(turn) of \(runs), \(index + 1) of \(subjects.count): \(BenchTable.title(subject)), "
                        + subject.contender.name)
                rows.append(try await InflateBench().run(subject, in: lab))
            }
        }
        return rows
    }
}
