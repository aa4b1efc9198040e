import Simulation

/// The scenarios and the policies that there are.
struct SimulationListing: Encodable {
    struct Scenario: Encodable {
        let name: String
        /// How many there are without `--guests`.
        let guests: Int
        let summary: String
    }

    struct Policy: Encodable {
        let name: String
        let summary: String
    }

    var scenarios = BuiltIn.allCases.map { Scenario(name: $0.rawValue, guests: $0.usualGuests, summary: $0.summary) }
    var policies = PolicyName.allCases.map { Policy(name: $0.rawValue, summary: $0.summary) }

    /// For people.
    var text: String {
        var first = TextTable(header: ["scenario", "guests", ""])
        for scenario in scenarios { first.add([scenario.name, "\(scenario.guests)", scenario.summary]) }
        var second = TextTable(header: ["policy", ""])
        for policy in policies { second.add([policy.name, policy.summary]) }
        return first.text() + "\n\n" + second.text()
    }
}
