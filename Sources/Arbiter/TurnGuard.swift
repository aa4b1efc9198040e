/// Keeps a move from being turned round at once, and for longer each time it is.
struct TurnGuard: Sendable, Codable {
    private var until: UInt64 = 0
    private var rank = -1
    private var repeats: UInt64 = 0

    /// A move was made.
    mutating func note(_ rule: MoveRule, at now: UInt64, _ tuning: HostTuning) {
        until = now + tuning.turnRound << min(repeats, 5)
        rank = rule.rank
    }

    /// A move the other way was made, as soon as it might: the next pause is longer.
    mutating func turned(at now: UInt64, _ tuning: HostTuning) {
        repeats = isRecent(at: now, tuning) ? min(repeats + 1, 5) : 0
    }

    /// A move was made so lately that what happens now may be its fault.
    func isRecent(at now: UInt64, _ tuning: HostTuning) -> Bool {
        rank >= 0 && now < until + tuning.forgiveTurns
    }

    /// The move may not be turned round for this rule.
    func blocks(_ rule: MoveRule, at now: UInt64) -> Bool {
        now < until && rule.rank <= rank
    }
}
