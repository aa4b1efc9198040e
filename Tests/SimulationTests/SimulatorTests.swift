import Testing

@testable import Simulation

struct SimulatorTests {
    @Test(arguments: BuiltIn.allCases, PolicyName.allCases)
    func `the same seed gives the same outcome`(scenario: BuiltIn, policy: PolicyName) {
        // An office day is long, and most of it is alike.
        var run = scenario.scenario(seed: 7, guests: 3)
        run.seconds = min(run.seconds, 400)
        let budget = max(run.least, run.most * 6 / 10)
        #expect(policy.run(run, budget: budget) == policy.run(run, budget: budget))
    }

    @Test(arguments: BuiltIn.allCases, PolicyName.allCases)
    func `with all memory nobody is killed and next to nothing is lost`(scenario: BuiltIn, policy: PolicyName) {
        var run = scenario.scenario(seed: 3, guests: 3)
        run.seconds = min(run.seconds, 400)
        let outcome = policy.run(run, budget: run.most)
        #expect(outcome.kills == 0 && outcome.hostKills == 0)
        #expect(outcome.suffered < 0.002 * outcome.time * 3)
    }

    @Test(arguments: SeededSeeds.three) func `a guest's memory always adds up`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let mebibyte = PageUnit.mebibyte
        var setup = GuestSetup(name: "one", max: 1024 * mebibyte)
        setup.swap = random.number(0...1) * 256 * mebibyte
        var guest = SimulatedGuest(setup, deflatesOnOOM: random.number(0...1) == 1)
        for tick in 0..<5000 {
            if random.number(0...30) == 0 { guest.wantedPrograms = random.number(0...900) * mebibyte }
            if random.number(0...30) == 0 { guest.wantedBurst = random.number(0...900) * mebibyte }
            if random.number(0...30) == 0 { guest.wantedFiles = random.number(0...600) * mebibyte }
            if random.number(0...20) == 0 { guest.burstEnded() }
            if random.number(0...10) == 0 { guest.interrupt(target: random.number(0...1024) * mebibyte) }
            _ = guest.step(1, now: tick, ModelTuning())
            let isSound =
                guest.free >= 0 && guest.held >= 0 && guest.programs >= 0 && guest.files >= 0 && guest.caches >= 0
                && guest.swapped >= 0 && guest.swapped <= guest.swapSpace && guest.lost >= 0
                && guest.files + guest.lost <= max(guest.wantedFiles, guest.files)
                && guest.held + guest.resident + guest.free == guest.max && guest.speed >= 0 && guest.speed <= 1
            guard isSound else {
                Issue.record("tick \(tick): \(guest)")
                return
            }
        }
    }

    @Test func `a guest that overdraws the host slows all, and at last somebody is killed`() {
        let mebibyte = PageUnit.mebibyte
        let greedy = Demand(bursts: [Burst(start: 10, length: 100, pages: 900 * mebibyte)])
        let guests = (0..<4).map {
            GuestSetup(name: "\($0)", max: 1200 * mebibyte, min: 200 * mebibyte, demand: greedy)
        }
        let scenario = Scenario(name: "greedy", guests: guests, budget: 1600 * mebibyte, seconds: 150)
        let outcome = PolicyName.deflateOnOOM.run(scenario, budget: scenario.budget)
        #expect(outcome.overdrawn > 0)
        #expect(outcome.hostKills > 0)
        #expect(outcome.suffered > 0)
    }

    @Test func `density finds a budget that is no worse and not much too large`() throws {
        let scenario = BuiltIn.burst.scenario(seed: 1, guests: 3)
        let pain = Pain(of: PolicyName.staticSplit.run(scenario, budget: scenario.budget))
        let smallest = try #require(
            Density.smallestBudget(.aerostat, scenario, below: scenario.budget, pain: pain))
        #expect(smallest < scenario.budget)
        #expect(pain.bears(PolicyName.aerostat.run(scenario, budget: smallest)))
    }

    @Test(arguments: [BuiltIn.burst, .caching, .officeDay])
    func `perfect knowledge is a yardstick: no policy loses less where there is enough`(name: BuiltIn) {
        var scenario = name.scenario(seed: 2, guests: 4)
        scenario.seconds = min(scenario.seconds, 2000)
        let best = PolicyName.perfect.run(scenario, budget: scenario.budget)
        #expect(best.kills == 0 && best.hostKills == 0)
        for policy in PolicyName.rivals + [.aerostat] {
            let outcome = policy.run(scenario, budget: scenario.budget)
            // To a tenth of a second: the ticks' doing.
            #expect(best.suffered <= outcome.suffered + 0.1, "\(policy.rawValue)")
        }
    }

    @Test func `ours kills nobody and never overdraws where the others do`() {
        for name in [BuiltIn.burst, .caching] {
            let scenario = name.scenario(seed: 1, guests: 3)
            let ours = PolicyName.aerostat.run(scenario, budget: scenario.budget)
            let split = PolicyName.staticSplit.run(scenario, budget: scenario.budget)
            #expect(ours.kills == 0 && ours.hostKills == 0)
            #expect(ours.suffered < split.suffered / 10)
        }
    }

    @Test func `a plot is well-formed and shows each policy`() {
        let scenario = BuiltIn.burst.scenario(seed: 1, guests: 2)
        let svg = Plot.svg(scenario, budget: scenario.budget, policies: [.aerostat, .staticSplit])
        #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
        #expect(svg.contains(">static: 2 killed"))
        #expect(svg.split(separator: "<polyline").count == 5)
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
}

/// Seeds of property tests: an environment variable may name one.
enum SeededSeeds {
    static let three: [UInt64] = (0..<3).map { _ in .random(in: 0 ... .max) }
}
