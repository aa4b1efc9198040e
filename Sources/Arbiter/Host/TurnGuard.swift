/// Keeps a move from being turned round at once, and for longer each time it is.
struct TurnGuard: Sendable, Codable {
    private var until = Instant(nanoseconds: 0)
    /// Why the last move was made; `nil`: there was none.
    private var rule: MoveRule?
    private var repeats: UInt64 = 0

    /// A move was made.
    mutating func note(_ rule: MoveRule, at now: Instant) {
        until = now + (1 << repeats) * MoveFigures.turnRound
        self.rule = rule
    }

    /// A move the other way was made, as soon as it might: the next pause is longer.
    mutating func turned(at now: Instant) {
        repeats = isRecent(at: now) ? min(repeats + 1, MoveFigures.mostTurnDoublings) : 0
    }

    /// A move was made so lately that what happens now may be its fault.
    func isRecent(at now: Instant) -> Bool { rule != nil && now < until + MoveFigures.forgiveTurns }

    /// The move may not be turned round for this rule.
    func blocks(_ rule: MoveRule, at now: Instant) -> Bool {
        guard let last = self.rule, now < until else { return false }
        return rule.rank <= last.rank
    }
}
