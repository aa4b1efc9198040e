import Arbiter
import Balloon
import TestSupport
import Testing

/// Anything that guests, operators and clocks may do, in any order: the ledger holds, and no decision overdraws it.
@Suite struct HostRandomTests {
    // 2,100,000 events, the ledger counted anew every 100; AEROSTAT_SOAK multiplies the runs.
    @Test("property: no decision overdraws the budget, whatever guests do", arguments: SeededGenerator.seeds(210))
    func anyEvents(seed: UInt64) throws {
        var chaos = try HostChaos(seed: seed)
        try chaos.run(events: 10_000, checkEvery: 100)
        #expect(chaos.complaints == [])
        #expect(chaos.events == 10_000)
    }
}
