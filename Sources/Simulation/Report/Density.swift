/// How little memory a policy does with.
enum Density {
    /// The smallest budget at which a policy hurts no more than that, by bisection to a 100th of all memory.
    ///
    /// - Returns: pages, or `nil` if it hurts more even with all memory present.
    static func smallestBudget(_ policy: PolicyName, _ scenario: Scenario, below budget: Int, pain: Pain) -> Int? {
        let step = max(PageUnit.mebibyte, scenario.most / 200)
        func isBearable(_ budget: Int) -> Bool { pain.bears(policy.run(scenario, budget: budget)) }
        // The static split itself is at equal pain where it stands: more is looked for only if that hurts.
        var high = budget
        if !isBearable(high) {
            high = scenario.most
            guard isBearable(high) else { return nil }
        }
        var low = high == budget ? scenario.least : budget
        while high - low > step {
            let middle = (low + high) / 2
            if isBearable(middle) { high = middle } else { low = middle }
        }
        return high
    }
}
