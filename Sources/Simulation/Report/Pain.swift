/// What must not be worse at a smaller budget.
struct Pain: Sendable {
    let kills: Int
    /// Guest-seconds.
    let suffered: Double

    init(of outcome: Outcome) {
        kills = outcome.kills + outcome.hostKills
        suffered = outcome.suffered
    }

    func bears(_ outcome: Outcome) -> Bool {
        outcome.kills + outcome.hostKills <= kills && outcome.suffered <= suffered
    }
}
