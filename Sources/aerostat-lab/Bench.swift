import ArgumentParser
import Lab

/// How fast memory comes back, what that costs, and what an idle daemon costs.
struct Bench: MeasuringCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure growing balloons in real guests, ours against QEMU's own device.",
        discussion: """
            Seen from outside: from the request until the host's memory file has shrunk. Contenders take turns. The \
            report is left in figures/bench.json, a picture of it in figures/bench.svg, every run of it under figures/history.
            """)

    @Option(help: "Guest kernel: 6.1, 6.12 or newest; may be given more than once (default: 6.1 and 6.12).")
    var kernel: [KernelSeries] = []
    @Option(
        help:
            "State of the guest's memory: fresh, touched, page-cache or fragmented; may be given more than once (default: all)."
    )
    var situation: [InflateCase] = []
    @Option(help: "How often to measure each row.") var runs = 3
    @Flag(help: "Only touched memory on Linux 6.1: some minutes instead of most of an hour.") var quick = false
    @Flag(help: "Leave our own device out.") var qemuOnly = false
    @OptionGroup var output: ReportOptions

    var runsAerostat: Bool { !qemuOnly }

    func validate() throws {
        guard runs >= 1 else { throw ValidationError("--runs \(runs): give 1 or more") }
        guard !quick || kernel.isEmpty && situation.isEmpty else {
            throw ValidationError(
                "--quick chooses the kernel and the situation itself; leave --kernel and --situation out")
        }
    }

    func measure(_ findings: inout Findings<InflateBench.Outcome>) async throws {
        let (lab, console) = (try findings.lab, findings.console)
        for turn in 1...runs {
            for (index, subject) in subjects.enumerated() {
                console.progress(
                    "turn \(turn) of \(runs), \(index + 1) of \(subjects.count): \(BenchTable.title(subject)), "
                        + subject.contender.name)
                findings.add(try await InflateBench().run(subject, in: lab))
            }
        }
        let table = BenchTable(findings.rows)
        findings.add(table.figures)
        if !qemuOnly {
            console.progress("idle daemon")
            let wakeups = try await IdleDaemon().run(kernel: .bookworm, in: lab)
            findings.add(Figure("idle.wake-ups-in-5s", Double(wakeups), .atMost, 0))
        }
        findings.draw(BenchPlot(table: table).svg)
        findings.keep()
        console.print(table.text)
        console.print()
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
}
