import ArgumentParser
import Lab

/// A command that measures.
///
/// What all of them do alike is done here: the lab is found, tables or JSON are printed, the report is written to
/// `figures/NAME.json`, the output ends with a line for each figure, and the exit code speaks of faults alone.
protocol MeasuringCommand: AsyncParsableCommand {
    /// One line of the report.
    associatedtype Row: Codable & Sendable

    /// Whether QEMU and the guests' kernels are needed; without them a report is written where they happen to be.
    static var needsLab: Bool { get }
    /// Whether other work on this machine makes the figures noisy.
    static var measuresTime: Bool { get }
    /// Whether our own program is run, so that it is looked for before anything else is done.
    var runsAerostat: Bool { get }
    var output: ReportOptions { get }

    /// Takes the measurements, and prints tables of them.
    func measure(_ findings: inout Findings<Row>) async throws
}

/// How a report is printed.
struct ReportOptions: ParsableArguments {
    @Flag(help: "Print the report as JSON instead of tables.") var json = false
}

extension MeasuringCommand {
    static var needsLab: Bool { true }
    static var measuresTime: Bool { true }
    var runsAerostat: Bool { true }

    func run() async throws {
        Children.shared.endOnSignals()
        let lab = Result { try LabEnvironment.find() }
        if Self.needsLab {
            let lab = try lab.get()
            if runsAerostat { _ = try lab.aerostat() }
        }
        let console = Console(printsText: !output.json)
        if Self.measuresTime { console.noteLoad() }
        var findings = Findings<Row>(lab: lab, console: console)
        try await measure(&findings)
        let report = FigureReport(command: Self.reportName, figures: findings.figures, rows: findings.rows)
        if Self.needsLab || (try? lab.get()) != nil { try findings.write(report, in: lab.get()) }
        if output.json { console.print(json: try report.json()) }
        for figure in findings.figures { console.print(figure.line) }
        for fault in findings.faults { console.note("wrong: \(fault)") }
        if !findings.faults.isEmpty { throw ExitCode.failure }
    }

    private static var reportName: String { configuration.commandName ?? String(describing: Self.self).lowercased() }
}
