import ArgumentParser
import Lab

/// Three real guests on the memory of less than two.
struct Balance: MeasuringCommand {
    static let configuration = CommandConfiguration(
        abstract: "Share 1.8 GiB among three Linux guests of 1 GiB, ours against what people run today.",
        discussion: """
            Each guest idles, reads a file out of its page cache, or runs a program that takes much of its memory, by \
            turns that follow from the seed. The exit code speaks of our own run alone: nobody may be killed, and no \
            page may be lost.
            """)

    @Option(help: "Guest kernel: 6.1, 6.12 or newest.") var kernel = KernelSeries.bookworm
    @Option(
        help:
            "Policy that steers: all-present, aerostat, static-split, proxmox or deflate-on-oom; may be given more than once (default: all)."
    )
    var policy: [BalancePolicy] = []
    @Option(help: "Seed of the random generator: with the same seed the guests do the same.") var seed: UInt64 = 1
    @Option(help: "How many rounds of 20 seconds to run.") var rounds = BalanceScript().rounds
    @OptionGroup var output: ReportOptions

    func validate() throws {
        guard (1...1000).contains(rounds) else { throw ValidationError("--rounds \(rounds): give 1 to 1000") }
    }

    func measure(_ findings: inout Findings<BalanceOutcome>) async throws {
        let (lab, console) = (try findings.lab, findings.console)
        var script = BalanceScript()
        script.seed = seed
        script.rounds = rounds
        for policy in policy.isEmpty ? BalancePolicy.allCases : policy {
            let outcome = try await BalanceRun(script, kernel: kernel).run(policy, in: lab) {
                console.progress("\(policy.name): \($0)")
            }
            findings.add(outcome)
        }
        show(findings.rows, script, console)
        findings.add(figures(findings.rows))
        if let own = findings.rows.first(where: { $0.policy == .aerostat }), own.kills > 0 || own.badPages > 0 {
            findings.add(faults: ["\(own.kills) programs killed and \(own.badPages) bad pages under Aerostat"])
        }
    }

    private func show(_ outcomes: [BalanceOutcome], _ script: BalanceScript, _ console: Console) {
        console.print(
            "\(script.guests) guests of \(script.guestMegabytes) MiB on \(script.budgetMegabytes) MiB, seed \(script.seed), "
                + "\(script.rounds) rounds of \(Int(script.roundSeconds)) s, \(kernel.name):")
        var table = Table(
            "policy", "bursts", "killed", "bad pages", "slowest burst s", "reads/s", "moved MiB", "most visible MiB",
            "reaction ms")
        for outcome in outcomes {
            table.add(
                outcome.policy.name, String(outcome.bursts.count), String(outcome.kills), String(outcome.badPages),
                decimal(outcome.slowestBurst, 2), String(Int(outcome.readsPerSecond)),
                String(outcome.movedBytes >> 20), String(outcome.mostVisibleBytes >> 20),
                decimal(median(outcome.reactionSeconds).map { $0 * 1000 }, 0))
        }
        console.print(table)
        console.print()
    }

    private func figures(_ outcomes: [BalanceOutcome]) -> [Figure] {
        guard let own = outcomes.first(where: { $0.policy == .aerostat }) else { return [] }
        var figures = [
            Figure("balance.kills", Double(own.kills), .atMost, 0),
            Figure("balance.bad-pages", Double(own.badPages), .atMost, 0),
        ]
        if let free = outcomes.first(where: { $0.policy == .allPresent }), free.slowestBurst > 0,
            free.readsPerSecond > 0
        {
            figures += [
                Figure("balance.slowest-burst-of-all-present", own.slowestBurst / free.slowestBurst, .atMost, 2),
                Figure("balance.reads-of-all-present", own.readsPerSecond / free.readsPerSecond, .atLeast, 0.8),
            ]
        }
        let rivals = outcomes.filter { [.staticSplit, .proxmox, .deflateOnOOM].contains($0.policy) }
        if !rivals.isEmpty {
            let worse = rivals.count {
                $0.kills > 0 || $0.slowestBurst > own.slowestBurst || $0.readsPerSecond < own.readsPerSecond
            }
            figures.append(Figure("balance.rivals-that-kill-or-are-slower", Double(worse), .atLeast, 1))
        }
        return figures
    }
}
