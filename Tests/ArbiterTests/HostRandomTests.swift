import Arbiter
import Balloon
import TestSupport
import Testing

/// Anything that guests, operators and clocks may do, in any order: the ledger holds, and no decision overdraws it.
@Suite struct HostRandomTests {
    // AEROSTAT_SOAK multiplies the runs.
    @Test("property: no decision overdraws the budget, whatever guests do", arguments: SeededGenerator.seeds(20))
    func anyEvents(seed: UInt64) throws {
        var chaos = try HostChaos(seed: seed)
        try chaos.run(events: 5000, checkEvery: 50)
        #expect(chaos.complaints == [])
        #expect(chaos.events == 5000)
    }
}
