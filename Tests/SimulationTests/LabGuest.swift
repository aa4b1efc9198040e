@testable import Simulation

/// The experiment whose figures the model is held to: a guest of 1 GiB with 600 MiB in its balloon reads 280 MiB of files,
/// all cached, and a program takes 480 MiB and keeps them.
struct LabGuest {
    static let start = 5.0
    var balloon = 600
    var files = 280
    var taken = 480
    /// What the kernel and the unpacked initramfs have; the rest of the 424 MiB is just what the files need.
    var kernel = 144

    func scenario(seconds: Double) -> Scenario {
        let mebibyte = PageUnit.mebibyte
        let demand = Demand(
            files: Curve(constant: files * mebibyte),
            bursts: taken > 0 ? [Burst(start: Self.start, length: 1000, pages: taken * mebibyte)] : [])
        var guest = GuestSetup(
            name: "lab", max: 1024 * mebibyte, min: 256 * mebibyte, kernel: kernel * mebibyte, demand: demand)
        guest.reading = 1
        var scenario = Scenario(
            name: "lab", guests: [guest], budget: (1024 - balloon) * mebibyte, seconds: seconds)
        // Whatever it took back, that host had it.
        scenario.hostModel.margin = 10
        return scenario
    }

    func simulator<P: Policy>(_ policy: P.Type, seconds: Double) -> Simulator<P> {
        let scenario = scenario(seconds: seconds)
        return Simulator(scenario, budget: scenario.budget, policy)
    }

    struct Result {
        /// Until the program had its memory.
        var seconds: Double
        var kills: Int
        var readsWhile: Double
        var readsAfter: Double
        /// MiB.
        var balloon: Int
    }

    func run<P: Policy>(_ policy: P.Type) -> Result {
        func outcome(_ seconds: Double) -> Outcome {
            var run = simulator(policy, seconds: seconds)
            return run.run()
        }
        var whole = simulator(policy, seconds: 60)
        let last = whole.run()
        let ideal = (Double(taken * PageUnit.mebibyte) / whole.tuning.allocationRate * 50).rounded(.up) + 1
        let seconds = last.slowestBurst * ideal / 50
        let before = outcome(Self.start)
        let during = outcome(Self.start + seconds)
        var end = simulator(policy, seconds: Self.start + seconds + 2)
        let after = end.run()
        return Result(
            seconds: seconds, kills: last.kills, readsWhile: (during.reads - before.reads) / seconds,
            readsAfter: (after.reads - during.reads) / 2, balloon: end.guests[0].held / PageUnit.mebibyte)
    }
}

extension Simulator {
    /// Makes the first burst larger than a scenario would let it be.
    mutating func grow(burst mebibytes: Int) {
        setups[0].demand.bursts[0].pages = mebibytes * PageUnit.mebibyte
    }
}
