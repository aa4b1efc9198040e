import Simulation

/// A comparison, for programs. Sizes in bytes, times in seconds.
struct SimulationReport: Encodable {
    struct Policy: Encodable {
        let policy: String
        let kills: Int
        let hostKills: Int
        let lostSeconds: Double
        let bursts: Int
        /// In terms of the time that it takes with all memory present.
        let slowestBurst: Double
        let moved: UInt64
        let takenUnasked: UInt64
        let overdrawn: UInt64
        let overdrawnSeconds: Double
        let budgetAtEqualPain: UInt64?
        let density: Double?
    }

    let scenario: String
    let seed: UInt64
    let guests: Int
    let seconds: Double
    let memory: UInt64
    let budget: UInt64
    let policies: [Policy]

    init(_ comparison: Comparison, seed: UInt64) {
        func bytes(_ pages: Int) -> UInt64 { UInt64(max(0, pages)) * 4096 }
        scenario = comparison.scenario
        self.seed = seed
        guests = comparison.guests
        seconds = comparison.seconds
        memory = bytes(comparison.most)
        budget = bytes(comparison.budget)
        policies = comparison.rows.map { row in
            let outcome = row.outcome
            return Policy(
                policy: row.policy.rawValue, kills: outcome.kills, hostKills: outcome.hostKills,
                lostSeconds: outcome.suffered, bursts: outcome.bursts, slowestBurst: outcome.slowestBurst,
                moved: bytes(outcome.moved), takenUnasked: bytes(outcome.unsolicited),
                overdrawn: bytes(outcome.overdrawn), overdrawnSeconds: outcome.overdrawnTime,
                budgetAtEqualPain: row.budgetAtEqualPain.map(bytes), density: comparison.density(row))
        }
    }
}
