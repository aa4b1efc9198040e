import Arbiter
import TestSupport
import Balloon
import Testing

@Suite struct SimulationTests {
    /// A guest of 1024 MiB with a balloon of so many.
    private func simulation(balloon: UInt64, cache: UInt64 = 0, granule: Int64 = 1) -> Simulation {
        var guest = SimulatedGuest(total: 1024 * mebibyte)
        guest.wantedCache = cache * mebibyte
        guest.granule = granule
        var simulation = Simulation(guest)
        simulation.start(isFresh: true)
        simulation.tell(.requested(balloon * mebibyte))
        simulation.run(seconds: 60) { $0.state == .settled }
        return simulation
    }

    @Test("a balloon that the guest can spare is reached within seconds", arguments: [1, 4, 16] as [Int64])
    func reached(granule: Int64) {
        let simulation = simulation(balloon: 600, granule: granule)
        #expect(simulation.guest.held == 600 * mebibyte)
        #expect(simulation.alarms == 0 && simulation.guest.taken == 0)
    }

    @Test("a program that needs the balloon's memory gets it, all of it, at once", arguments: [1, 16] as [Int64])
    func alive(granule: Int64) {
        var simulation = simulation(balloon: 700, granule: granule)
        simulation.guest.used += 500 * mebibyte
        simulation.run(seconds: 1) { $0.alarms > 0 }
        let time = simulation.run(seconds: 60) { !$0.guest.isStarving }
        #expect(time < 1000)
        #expect(simulation.guest.taken < 50 * mebibyte, "in bulk, not by 1 MiB for each failed reclaim")
        simulation.run(seconds: 5) { $0.state != .alarm }
        #expect(simulation.bench.pause != nil)
        #expect(simulation.guest.available > 64 * mebibyte)
    }

    @Test("the working set comes back, too: an alarm lasts until the guest is well")
    func well() {
        var simulation = simulation(balloon: 600, cache: 280)
        simulation.guest.used += 480 * mebibyte
        simulation.run(seconds: 10) { if case .holdOff = $0.state { true } else { false } }
        #expect(simulation.guest.cache == 280 * mebibyte)
    }

    @Test("a guest that stays short is not fought: no more than a few alarms in an hour")
    func noFight() {
        var simulation = simulation(balloon: 700)
        simulation.guest.used += 600 * mebibyte
        simulation.run(seconds: 3600)
        #expect(simulation.alarms <= 3)
        #expect(simulation.guest.taken < 50 * mebibyte)
        #expect(!simulation.guest.isStarving)
    }

    @Test("once the program has ended, the balloon is what was asked for again")
    func recovery() {
        var simulation = simulation(balloon: 700)
        simulation.guest.used += 600 * mebibyte
        simulation.run(seconds: 30)
        simulation.guest.used -= 600 * mebibyte
        simulation.run(seconds: 1500) { $0.state == .settled }
        #expect(simulation.guest.held == 700 * mebibyte)
    }

    @Test("a guest that freezes and thaws is well afterwards, and gets its balloon back")
    func frozen() {
        var simulation = simulation(balloon: 500)
        simulation.guest.answerTicks = nil
        simulation.tell(.requested(600 * mebibyte))
        simulation.run(seconds: 10)
        #expect(simulation.state == .notAnswering)
        simulation.guest.answerTicks = 1
        // The answer to the request that is out.
        simulation.tell(.statistics(simulation.guest.statistics()))
        simulation.run(seconds: 100) { $0.state == .settled }
        #expect(simulation.guest.held == 600 * mebibyte)
    }

    @Test("reclaim takes what is free and gives it back within seconds", arguments: [1, 16] as [Int64])
    func reclaim(granule: Int64) {
        var simulation = simulation(balloon: 100, cache: 200, granule: granule)
        simulation.tell(.reclaim)
        simulation.run(seconds: 10) { $0.state == .deflating }
        #expect(simulation.guest.held > 500 * mebibyte)
        #expect(simulation.guest.cache == 200 * mebibyte, "without the cache")
        simulation.run(seconds: 10) { $0.state == .settled }
        #expect(simulation.guest.held == 100 * mebibyte)
    }

    @Test(
        "property: however a guest lives, it ends up with what was asked for and can be spared, and never starves",
        arguments: SeededGenerator.seeds(12))
    func anyLife(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var guest = SimulatedGuest(total: random.number(512...4096) * mebibyte)
        guest.granule = random.pick([1, 4, 16])
        guest.wantedCache = random.number(0...200) * mebibyte
        let (idle, most) = (guest.used, guest.total - guest.used)
        var simulation = Simulation(guest)
        simulation.start(isFresh: true)
        for _ in 0..<30 {
            switch random.number(0...7) {
            case 0, 1: simulation.guest.used = idle + random.pages(0...9 * (most / 10))
            case 2, 3: simulation.tell(.requested(random.pages(0...guest.total - 1)))
            case 4: simulation.tell(.reclaim)
            case 5: simulation.guest.answerTicks = random.pick([1, 1, 5, 140, nil])
            case 6:
                simulation.stop()
                simulation.run(seconds: random.number(0...20))
                simulation.start(isFresh: random.oneIn(2))
            default: simulation.guest.used = idle
            }
            simulation.run(seconds: random.number(0...15))
        }
        // Peace: an idle guest that answers, and a balloon that it can spare, caches and all.
        simulation.guest.used = idle
        simulation.guest.answerTicks = 1
        if simulation.state == .notAnswering { simulation.tell(.statistics(simulation.guest.statistics())) }
        let spare = guest.total - idle - guest.wantedCache - guest.total / 8 - 80 * mebibyte
        let wanted = min(spare, 256 * mebibyte)
        simulation.tell(.requested(wanted))
        simulation.run(seconds: 2500) { $0.state == .settled }
        // Settled is told a few pages early; the driver goes on to its target.
        simulation.run(seconds: 1)
        #expect(simulation.state == .settled)
        #expect(simulation.guest.held >= wanted && simulation.guest.held < wanted + Pages(guest.granule))
        #expect(!simulation.guest.isStarving)
    }
}
