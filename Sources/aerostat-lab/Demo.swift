import ArgumentParser
import Foundation
import Lab

/// The experiment for which the feature was invented, in two acts.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a guest that is killed, one that lives, and one that lives well.",
        discussion: "The exit code speaks of correctness alone: a program killed that should live, a bad page.")

    @Option(help: "Guest kernel: 6.1, 6.12 or newest; may be repeated. 6.1 and 6.12 if left out.")
    var kernel: [KernelSeries] = []
    @Option(help: "How often the first act is run where time is measured.") var runs = 2
    @Option(help: "Only this act: 1 or 2.") var act: Int?
    @Flag(help: "Leave our own device out.") var qemuOnly = false
    @Flag(help: "Print the report as JSON instead of tables.") var json = false

    /// One line of either act in the report.
    struct Row: Codable, Sendable {
        var killedOrAlive: KilledOrAlive.Outcome?
        var aliveAndWell: AliveAndWell.Outcome?
    }

    func run() async throws {
        Children.shared.endOnSignals()
        let lab = try LabEnvironment.find()
        if !qemuOnly { _ = try lab.aerostat() }
        let console = Console()
        console.noteLoad()
        let kernels = kernel.isEmpty ? KernelSeries.stable : kernel
        var report = FigureReport<Row>(command: "demo", figures: [], rows: [])
        var faults: [String] = []
        if act != 2 {
            let first = FirstAct(kernels: kernels, runs: max(1, runs), ours: !qemuOnly, console: console)
            let outcomes = try await first.run(in: lab)
            if !json { first.show(outcomes) }
            report.figures += first.figures(outcomes)
            report.rows += outcomes.map { Row(killedOrAlive: $0) }
            faults += first.faults(outcomes)
        }
        if act != 1 {
            let second = SecondAct(kernels: kernels, ours: !qemuOnly, console: console)
            let outcomes = try await second.run(in: lab)
            if !json { second.show(outcomes) }
            report.figures += second.figures(outcomes)
            report.rows += outcomes.map { Row(aliveAndWell: $0) }
            faults += second.faults(outcomes)
        }
        try report.write(in: lab)
        if json {
            console.print(String(decoding: try report.json(), as: UTF8.self))
        } else {
            for figure in report.figures { console.print(figure.line) }
        }
        for fault in faults { FileHandle.standardError.write(Data("wrong: \(fault)\n".utf8)) }
        if !faults.isEmpty { throw ExitCode.failure }
    }
}
