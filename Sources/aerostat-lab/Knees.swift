import ArgumentParser
import Lab

/// A guest on its knees without any out-of-memory deflation.
struct Knees: MeasuringCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show a guest whose working set is thrown out for ever, and how soon it is seen and mended.",
        discussion: """
            Reclaim never fails in such a guest, so it takes nothing back: only its statistics tell. The exit code \
            speaks of correctness alone: a page that was lost, or a guest that is left on its knees.
            """)

    @Option(help: "Guest kernel: 6.12, or newest (whatever Debian's backports had).") var kernel = KernelSeries.newest
    @Option(help: "How often to run our own device; the slowest run counts.") var runs = 3
    @OptionGroup var output: ReportOptions

    private var experiment: OnItsKnees { OnItsKnees() }

    func validate() throws {
        guard kernel != .bookworm else { throw ValidationError("--kernel 6.1: its statistics say too little") }
        guard (1...100).contains(runs) else { throw ValidationError("--runs \(runs): give 1 to 100") }
    }

    func measure(_ findings: inout Findings<OnItsKnees.Outcome>) async throws {
        let (lab, console) = (try findings.lab, findings.console)
        let ours = Array(repeating: Contender(.aerostat, deflatesOnOOM: true), count: runs)
        let plan = [Contender.none, Contender(.qemu, deflatesOnOOM: true)] + ours
        for (index, contender) in plan.enumerated() {
            console.progress("\(kernel.name), \(index + 1) of \(plan.count): \(contender.name)")
            findings.add(try await experiment.run(contender, kernel: kernel, in: lab))
        }
        show(findings.rows, console)
        findings.add(figures(findings.rows))
        findings.add(faults: findings.rows.compactMap(fault))
    }

    private func show(_ outcomes: [OnItsKnees.Outcome], _ console: Console) {
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
                outcome.contender.name, decimal(outcome.seen, 2), decimal(outcome.told, 2), decimal(outcome.mended, 2),
                outcome.thrashing > 0 ? "for \(decimal(outcome.thrashing, 2)) s" : "no",
                String(Int(outcome.reads)), isFree ? "-" : "\(outcome.takenBackBytes >> 20) MiB",
                isFree ? "-" : "\(outcome.leftBytes >> 20) MiB")
        }
        console.print(table)
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
}
