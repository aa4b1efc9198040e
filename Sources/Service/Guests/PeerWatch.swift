/// What a VMM has done to its guest's memory, looked at again before a balloon grows: a device may be passed through at any time.
struct PeerWatch {
    /// Looks are so far apart at the least (ns).
    private static let pace: UInt64 = 1_000_000_000
    /// Where the memory cannot be given, it is looked at this often (ns), until it can.
    private static let retry: UInt64 = 5_000_000_000

    private let process: PeerProcess?
    /// ns, monotonic.
    private var lookedAt: UInt64?
    /// Why the guest's memory cannot be given.
    private(set) var fixed: String?

    init(_ process: PeerProcess?) {
        self.process = process
    }

    /// When to look again (ns, monotonic); `nil`: before the balloon grows.
    var deadline: UInt64? { fixed == nil ? nil : lookedAt.map { $0 + Self.retry } }

    /// What a look found that was not so before.
    enum Change {
        case fixed(String)
        /// With what was said before.
        case unfixed(String)
    }

    /// Looks, if the last look is old.
    ///
    /// - Parameters:
    ///   - now: ns, monotonic.
    ///   - memory: bytes that the guest has.
    mutating func look(at now: UInt64, memory: UInt64) -> Change? {
        if let lookedAt, now < lookedAt + Self.pace { return nil }
        lookedAt = now
        let before = fixed
        let why = process?.whyFixed(memory)
        switch (before, why) {
        case (nil, let why?):
            fixed = why
            return .fixed(why)
        case (let before?, nil):
            fixed = nil
            return .unfixed(before)
        // It goes on, be it with other numbers.
        case (nil, nil), (.some, .some): return nil
        }
    }
}
