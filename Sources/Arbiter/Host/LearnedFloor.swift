internal import Balloon

/// The size under which a guest suffers, learned from what hurt.
///
/// It is forgotten evenly over an hour; and at once, down to what the guest needs, when memory above that has lain free for a
/// while: then the program that it was learned from has ended.
struct LearnedFloor: Sendable, Codable {
    /// What the guest sees.
    private var value: Pages = 0
    private var at = Instant(nanoseconds: 0)
    private var doubt: Doubt?

    /// The guest has needed less for a while.
    private struct Doubt: Sendable, Codable {
        let since: Instant
        /// The most that it needed since.
        var mostNeeded: Pages
    }

    /// Learns from trouble.
    ///
    /// - Parameters:
    ///   - visible: what the guest saw when it hurt.
    ///   - most: it never needs more than this.
    ///   - isOurs: it had to pay shortly before.
    mutating func hurt(at visible: Pages, most: Pages, isOurs: Bool, _ now: Instant) {
        let margin = isOurs ? max(visible / FloorFigures.marginDivisor, FloorFigures.leastMargin) : 0
        value = max(min(visible + margin, most), pages(now))
        at = now
        doubt = nil
    }

    /// Takes in how the guest is.
    ///
    /// - Parameter needed: what it sees, without what lies free beyond what any guest is left.
    mutating func hear(needed: Pages, _ now: Instant) {
        guard needed < pages(now) else {
            doubt = nil
            return
        }
        guard var doubt else {
            self.doubt = Doubt(since: now, mostNeeded: needed)
            return
        }
        doubt.mostNeeded = max(doubt.mostNeeded, needed)
        self.doubt = doubt
        guard now >= doubt.since + FloorFigures.doubt else { return }
        value = doubt.mostNeeded
        at = now
        self.doubt = nil
    }

    /// What the guest should see at least.
    @inline(__always)
    func pages(_ now: Instant) -> Pages {
        let age = now - at
        guard age < FloorFigures.memory else { return 0 }
        return value.scaled(by: 1 - Double(age.nanoseconds) / Double(FloorFigures.memory.nanoseconds))
    }
}
