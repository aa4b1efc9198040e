internal import Balloon

/// A guest as its host sees it: what is spent on it, and whether that counts.
struct HostSide: Sendable, Codable {
    /// Pages that the host spends on it; `nil`: nobody looks.
    private(set) var spent: Pages?
    private var standing = Standing.driven

    private enum Standing: Sendable, Codable {
        /// It counts with what it may see: a driver runs that says how it is, or no virtual machine does.
        case driven
        /// No driver runs, for not long enough to make anything of it.
        case driverless(since: Instant)
        /// It counts with what is spent on it, until a driver has said how it is.
        case spending
    }

    init() {}

    /// A virtual machine has started.
    init(startedAt now: Instant) {
        standing = .driverless(since: now)
    }

    /// It counts with what the host spends on it.
    var countsSpent: Bool {
        if case .spending = standing { true } else { false }
    }

    /// It could count with what the host spends on it.
    var canCountSpent: Bool {
        if case .driverless = standing { spent != nil } else { false }
    }

    /// What it is promised that may see so many pages.
    @inline(__always)
    func promise(_ sees: Pages) -> Pages {
        guard let spent else { return sees }
        // One that has less than its VMM shares by its own word counts with what it really takes.
        return countsSpent ? max(spent, estimate(sees)) : max(spent, sees)
    }

    /// What it is promised where that counts which is spent.
    func estimate(_ sees: Pages) -> Pages {
        let spent = spent ?? sees
        return min(sees, spent + SpendingFigures.margin(on: spent, of: sees))
    }

    /// The host was asked what it spends.
    ///
    /// - Returns: whether it is time to count with that.
    mutating func note(spent pages: Pages?, at now: Instant) -> Bool {
        spent = pages.map { $0.orNone }
        guard case .driverless(let since) = standing, spent != nil else { return false }
        return now >= since + SpendingFigures.patience
    }

    mutating func beginToCountSpent() { standing = .spending }

    mutating func driverStopped(at now: Instant) {
        if case .driven = standing { standing = .driverless(since: now) }
    }

    /// A driver runs.
    ///
    /// - Parameter tells: it is about to say how it is.
    mutating func driverStarted(tells: Bool) {
        if case .spending = standing, tells { return }
        self = HostSide()
    }

    /// The driver has said how the guest is, or does not say it.
    ///
    /// - Returns: whether it counted with what is spent until now.
    mutating func driverHeard() -> Bool {
        guard countsSpent else { return false }
        self = HostSide()
        return true
    }
}
