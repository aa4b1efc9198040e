/// What several policies make of one scenario.
public struct Comparison: Sendable {
    /// How one policy fared.
    public struct Row: Sendable {
        public let policy: PolicyName
        public let outcome: Outcome
        /// The smallest budget found at which this policy loses no more than the static split does at the scenario's, in
        /// pages; `nil` if it loses more with all memory, or if it was not looked for.
        public let budgetAtEqualPain: Int?
    }

    public let scenario: String
    public let guests: Int
    /// Virtual seconds.
    public let seconds: Double
    /// In pages of 4 KiB: the memory of all guests, and what the host lends.
    public let most: Int
    public let budget: Int
    /// With all memory present.
    public let ideal: Outcome
    public internal(set) var rows: [Row] = []

    /// Runs a scenario under each policy.
    ///
    /// - Parameters:
    ///   - budget: in pages.
    ///   - density: look for the smallest budget at equal pain, too: some 10 runs more for each policy.
    ///   - progress: told before each policy.
    public init(
        _ scenario: Scenario, budget: Int, policies: [PolicyName], density: Bool,
        progress: (PolicyName) -> Void = { _ in }
    ) {
        self.scenario = scenario.name
        guests = scenario.guests.count
        seconds = scenario.seconds
        most = scenario.most
        self.budget = budget
        ideal = PolicyName.staticSplit.run(scenario, budget: scenario.most)
        let pain = Pain(of: density ? PolicyName.staticSplit.run(scenario, budget: budget) : ideal)
        for policy in policies {
            progress(policy)
            let outcome = policy.run(scenario, budget: budget)
            let smallest = density ? Density.smallestBudget(policy, scenario, below: budget, pain: pain) : nil
            rows.append(Row(policy: policy, outcome: outcome, budgetAtEqualPain: smallest))
        }
    }

    /// The static split's budget in terms of this row's at equal pain; above 1 is better.
    public func density(_ row: Row) -> Double? {
        row.budgetAtEqualPain.map { Double(budget) / Double(max(1, $0)) }
    }

    public func row(_ policy: PolicyName) -> Row? { rows.first { $0.policy == policy } }
}
