/// What was counted of a guest since it is served, besides what its device counts.
struct GuestTally {
    /// Times that a driver was told of a configuration change.
    private(set) var configInterrupts: UInt64 = 0
    /// Requests that were refused and returned.
    private(set) var badChains: UInt64 = 0

    mutating func noteInterrupt() { configInterrupts += 1 }

    /// - Returns: whether it is the first.
    mutating func noteBadChain() -> Bool {
        badChains += 1
        return badChains == 1
    }
}
