import Lab

/// Killed or alive.
struct FirstAct {
    var kernels: [KernelSeries]
    var runs: Int
    var ours: Bool
    var console: Console

    private let experiment = KilledOrAlive()

    private var devices: [Contender.Device] { ours ? [.qemu, .aerostat] : [.qemu] }

    /// Where time is measured the contenders take turns, so that a noisy neighbour meets all of them.
    func run(in lab: LabEnvironment) async throws -> [KilledOrAlive.Outcome] {
        var outcomes: [KilledOrAlive.Outcome] = []
        for kernel in kernels {
            let timed = [.none] + devices.map { Contender($0, deflatesOnOOM: true) }
            let plan = devices.map { Contender($0) } + (0..<runs).flatMap { _ in timed }
            for (index, contender) in plan.enumerated() {
                console.progress("act 1, \(kernel.name), \(index + 1) of \(plan.count): \(contender.name)")
                outcomes.append(try await experiment.run(contender, kernel: kernel, in: lab))
            }
        }
        return outcomes
    }

    func show(_ outcomes: [KilledOrAlive.Outcome]) {
        let sizes = experiment
        console.print(
            "Act 1, killed or alive: a guest of \(sizes.guestMegabytes) MiB with \(sizes.balloonMegabytes) MiB in")
        console.print("its balloon, and a program that takes \(sizes.programMegabytes) MiB and verifies every page.")
        for kernel in kernels {
            var table = Table(
                kernel.name, "program", "seconds", "lost", "bad pages", "still in the balloon")
            for contender in [.none] + devices.flatMap({ [Contender($0), Contender($0, deflatesOnOOM: true)] }) {
                let mine = outcomes.filter { $0.kernel == kernel && $0.contender == contender }
                guard let one = mine.last else { continue }
                let isAlive = mine.allSatisfy(\.isAlive)
                table.add(
                    contender.name, isAlive ? "alive" : "killed",
                    isAlive ? decimal(seconds(outcomes, kernel, contender) ?? 0, 2) : "-",
                    isAlive && contender != .none ? decimal(lost(outcomes, kernel, contender) ?? 0, 2) : "-",
                    isAlive ? String(mine.map(\.badPages).max() ?? 0) : "-",
                    contender == .none ? "-" : "\(one.leftBytes >> 20) MiB")
            }
            console.print()
            console.print(table)
        }
        console.print()
    }

    func figures(_ outcomes: [KilledOrAlive.Outcome]) -> [Figure] {
        kernels.flatMap { kernel -> [Figure] in
            var figures: [Figure] = []
            let rescued = outcomes.filter { $0.kernel == kernel && $0.contender.deflatesOnOOM }
            for device in devices {
                let mine = rescued.filter { $0.contender.device == device }
                let name = "killed-or-alive.\(kernel.rawValue).\(device.rawValue)"
                figures.append(Figure("\(name).kills", Double(mine.map(\.kills).reduce(0, +)), .atMost, 0))
                figures.append(Figure("\(name).bad-pages", Double(mine.map(\.badPages).reduce(0, +)), .atMost, 0))
            }
            if ours, let own = lost(outcomes, kernel, Contender(.aerostat, deflatesOnOOM: true)),
                let other = lost(outcomes, kernel, Contender(.qemu, deflatesOnOOM: true)), other > 0
            {
                let share = max(0, own) / other
                figures.append(Figure("killed-or-alive.\(kernel.rawValue).time-lost-of-qemu", share, .atMost, 1.0 / 3))
            }
            return figures
        }
    }

    /// What must not happen however slow the machine is.
    func faults(_ outcomes: [KilledOrAlive.Outcome]) -> [String] {
        outcomes.compactMap { outcome in
            let mustLive = outcome.contender.device == .none || outcome.contender.deflatesOnOOM
            let place = "act 1, \(outcome.kernel.name), \(outcome.contender.name)"
            if mustLive, !outcome.isAlive { return "\(place): the program was killed" }
            if !mustLive, outcome.isAlive { return "\(place): the program lives, though nothing gave it memory" }
            return outcome.badPages > 0 ? "\(place): \(outcome.badPages) bad pages" : nil
        }
    }

    private func seconds(
        _ outcomes: [KilledOrAlive.Outcome], _ kernel: KernelSeries, _ contender: Contender
    ) -> Double? {
        median(outcomes.filter { $0.kernel == kernel && $0.contender == contender && $0.isAlive }.map(\.seconds))
    }

    private func lost(_ outcomes: [KilledOrAlive.Outcome], _ kernel: KernelSeries, _ contender: Contender) -> Double? {
        guard let own = seconds(outcomes, kernel, contender), let free = seconds(outcomes, kernel, .none) else {
            return nil
        }
        return own - free
    }
}
