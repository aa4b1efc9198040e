import ArgumentParser
import Foundation
import Lab

/// A guest on its knees without any out-of-memory deflation.
struct Knees: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a guest whose working set is thrown out for ever, and how soon it is seen and mended.",
        discussion: """
            Reclaim never fails in such a guest, so it takes nothing back: only its statistics tell. The exit code \
            speaks of correctness alone: a page that was lost, or a guest that is left on its knees.
            """)

    @Option(help: "Guest kernel: 6.12, or newest (whatever Debian's backports had).") var kernel = KernelSeries.newest
    @Option(help: "How often our own device is run; the slowest run counts.") var runs = 3
    @Flag(help: "Print the report as JSON instead of a table.") var json = false

    private var experiment: OnItsKnees { OnItsKnees() }

    func validate() throws {
        guard kernel != .bookworm else { throw ValidationError("--kernel 6.1: its statistics say too little") }
        guard (1...100).contains(runs) else { throw ValidationError("--runs \(runs): give 1 to 100") }
    }

    func run() async throws {
        Children.shared.endOnSignals()
        let lab = try LabEnvironment.find()
        _ = try lab.aerostat()
        let console = Console()
        console.noteLoad()
        let ours = Array(repeating: Contender(.aerostat, deflatesOnOOM: true), count: runs)
        let plan = [Contender.none, Contender(.qemu, deflatesOnOOM: true)] + ours
        var outcomes: [OnItsKnees.Outcome] = []
        for (index, contender) in plan.enumerated() {
            console.progress("\(kernel.name), \(index + 1) of \(plan.count): \(contender.name)")
            outcomes.append(try await experiment.run(contender, kernel: kernel, in: lab))
        }
        let figures = figures(outcomes)
        let report = FigureReport(command: "knees", figures: figures, rows: outcomes)
        try report.write(in: lab)
        if json {
            console.print(String(decoding: try report.json(), as: UTF8.self))
        } else {
            show(outcomes, lab, console)
            for figure in figures { console.print(figure.line) }
        }
        let faults = outcomes.compactMap(fault)
        for fault in faults { FileHandle.standardError.write(Data("wrong: \(fault)\n".utf8)) }
        if !faults.isEmpty { throw ExitCode.failure }
    }

    private func show(_ outcomes: [OnItsKnees.Outcome], _ lab: LabEnvironment, _ console: Console) {
        let sizes = experiment
        let (size, balloon, file) = (sizes.guestMegabytes, sizes.balloonMegabytes, sizes.fileMegabytes)
        console.print("On its knees: a guest of \(size) MiB with \(balloon) MiB in its balloon. A thread reads \(file)")
        console.print("MiB of a disk at random, more than its cache can hold. Aerostat asks the guest")
        let interval = Int(sizes.statisticsInterval)
        console.print("every \(interval) s how it is. Seconds since the file began to be thrown out:")
        console.print()
        var table = Table(
            kernel.name, "seen", "target lowered", "mended", "on its knees", "reads/s at the end", "taken back",
            "still in the balloon")
        for outcome in outcomes {
            let isFree = outcome.contender == .none
            table.add(
                outcome.contender.name, seconds(outcome.seen), seconds(outcome.told), seconds(outcome.mended),
                outcome.thrashing > 0 ? "for \(seconds(outcome.thrashing)) s" : "no",
                String(Int(outcome.reads)), isFree ? "-" : "\(outcome.takenBackBytes >> 20) MiB",
                isFree ? "-" : "\(outcome.leftBytes >> 20) MiB")
        }
        for line in table.lines { console.print(line) }
        if let reason = outcomes.last?.reason { console.print("\nThe daemon: \(reason)") }
        console.print()
    }

    private func figures(_ outcomes: [OnItsKnees.Outcome]) -> [Figure] {
        let name = "knees.\(kernel.rawValue)"
        let ours = outcomes.filter { $0.contender.device == .aerostat }
        func slowest(_ time: (OnItsKnees.Outcome) -> Double?) -> Double {
            (ours.map { time($0) ?? experiment.patience }.max() ?? 0) / experiment.statisticsInterval
        }
        var figures = [
            Figure("\(name).intervals-until-target-lowered", slowest(\.told), .atMost, 2),
            Figure("\(name).intervals-until-mended", slowest(\.mended), .atMost, 2),
            Figure(
                "\(name).taken-back-bytes", Double(ours.map(\.takenBackBytes).max() ?? 0), .atMost, 0),
        ]
        if let free = outcomes.first(where: { $0.contender == .none }), free.reads > 0,
            let least = ours.map(\.reads).min(), let other = outcomes.first(where: { $0.contender.device == .qemu })
        {
            figures.append(Figure("\(name).reads-of-no-balloon", least / free.reads, .atLeast, 0.4))
            figures.append(Figure("\(name).qemu.reads-of-no-balloon", other.reads / free.reads, .atMost, 0.1))
        }
        return figures
    }

    private func fault(_ outcome: OnItsKnees.Outcome) -> String? {
        let name = outcome.contender.name
        if outcome.badReads > 0 { return "\(name): \(outcome.badReads) bad reads" }
        guard outcome.contender.device == .aerostat else { return nil }
        return outcome.seen == nil || outcome.thrashing > 0 ? "\(name): the guest was left on its knees" : nil
    }

    private func seconds(_ time: Double?) -> String { time.map { String(format: "%.2f", $0) } ?? "-" }
}
