import Lab

/// Alive and well.
struct SecondAct {
    var kernels: [KernelSeries]
    var ours: Bool
    var console: Console

    private let experiment = AliveAndWell()

    private var contenders: [Contender] {
        let devices: [Contender.Device] = ours ? [.qemu, .aerostat] : [.qemu]
        return [.none] + devices.map { Contender($0, deflatesOnOOM: true) }
    }

    func run(in lab: LabEnvironment) async throws -> [AliveAndWell.Outcome] {
        var outcomes: [AliveAndWell.Outcome] = []
        for kernel in kernels {
            for contender in contenders {
                console.progress("act 2, \(kernel.name): \(contender.name)")
                outcomes.append(try await experiment.run(contender, kernel: kernel, in: lab))
            }
        }
        return outcomes
    }

    func show(_ outcomes: [AliveAndWell.Outcome]) {
        let sizes = experiment
        console.print(
            "Act 2, alive and well: a guest of \(sizes.guestMegabytes) MiB with \(sizes.balloonMegabytes) MiB in")
        console.print("its balloon. A thread reads \(sizes.fileMegabytes) MiB of a disk at random, all in the guest's")
        console.print("cache, when a program takes \(sizes.programMegabytes) MiB and keeps them. Aerostat asks")
        console.print("the guest every \(sizes.statisticsInterval) s how it is. Reads a second:")
        for kernel in kernels {
            var table = Table(
                kernel.name, "program", "seconds", "while it takes", "0-2 s after", "2-4 s after",
                "still in the balloon")
            for outcome in outcomes where outcome.kernel == kernel {
                table.add(
                    outcome.contender.name, outcome.isAlive ? "alive" : "killed",
                    decimal(outcome.seconds, 2),
                    thousands(outcome.during), thousands(outcome.first), thousands(outcome.second),
                    outcome.contender == .none ? "-" : "\(outcome.leftBytes >> 20) MiB")
            }
            console.print()
            console.print(table)
        }
        console.print()
    }

    func figures(_ outcomes: [AliveAndWell.Outcome]) -> [Figure] {
        kernels.flatMap { kernel -> [Figure] in
            let here = outcomes.filter { $0.kernel == kernel }
            guard let free = here.first(where: { $0.contender == .none }),
                let own = here.first(where: { $0.contender.device == .aerostat }), free.first > 0, free.second > 0
            else { return [] }
            let name = "alive-and-well.\(kernel.rawValue)"
            return [
                Figure("\(name).reads-0-2s-of-no-balloon", own.first / free.first, .atLeast, 0.4),
                Figure("\(name).reads-2-4s-of-no-balloon", own.second / free.second, .atLeast, 0.9),
            ]
        }
    }

    func faults(_ outcomes: [AliveAndWell.Outcome]) -> [String] {
        outcomes.compactMap { outcome in
            let place = "act 2, \(outcome.kernel.name), \(outcome.contender.name)"
            if !outcome.isAlive { return "\(place): the program was killed" }
            let bad = outcome.badPages + outcome.badReads
            return bad > 0 ? "\(place): \(outcome.badPages) bad pages, \(outcome.badReads) bad reads" : nil
        }
    }

    private func thousands(_ value: Double) -> String {
        var digits = String(Int64(max(0, value).rounded()))
        var groups: [String] = []
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        return ([digits] + groups).joined(separator: ",")
    }
}
