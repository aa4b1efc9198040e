import ArgumentParser
import Lab

/// The experiment for which the feature was invented, in two acts.
struct Demo: MeasuringCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a guest that is killed, one that lives, and one that lives well.",
        discussion: "The exit code speaks of correctness alone: a program killed that should live, a bad page.")

    @Option(help: "Guest kernel: 6.1, 6.12 or newest; may be given more than once (default: 6.1 and 6.12).")
    var kernel: [KernelSeries] = []
    @Option(help: "How often to run the parts of the first act that are timed.") var runs = 2
    @Option(help: "Run only this act: 1 or 2 (default: both).") var act: Int?
    @Flag(help: "Leave our own device out.") var qemuOnly = false
    @OptionGroup var output: ReportOptions

    /// One line of either act in the report.
    struct Row: Codable, Sendable {
        var killedOrAlive: KilledOrAlive.Outcome?
        var aliveAndWell: AliveAndWell.Outcome?
    }

    var runsAerostat: Bool { !qemuOnly }

    func measure(_ findings: inout Findings<Row>) async throws {
        let (lab, console) = (try findings.lab, findings.console)
        let kernels = kernel.isEmpty ? KernelSeries.stable : kernel
        if act != 2 {
            let first = FirstAct(kernels: kernels, runs: max(1, runs), ours: !qemuOnly, console: console)
            let outcomes = try await first.run(in: lab)
            first.show(outcomes)
            findings.add(first.figures(outcomes))
            findings.add(outcomes.map { Row(killedOrAlive: $0) })
            findings.add(faults: first.faults(outcomes))
        }
        if act != 1 {
            let second = SecondAct(kernels: kernels, ours: !qemuOnly, console: console)
            let outcomes = try await second.run(in: lab)
            second.show(outcomes)
            findings.add(second.figures(outcomes))
            findings.add(outcomes.map { Row(aliveAndWell: $0) })
            findings.add(faults: second.faults(outcomes))
        }
    }
}
