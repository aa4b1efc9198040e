internal import Balloon

/// What is short, and for whom.
struct Need {
    /// Without which a guest waits, or guests see more than there is.
    private(set) var urgent: Pages
    /// With the slack, and what is lacking.
    private(set) var total: Pages
    let slack: Pages
    let rule: MoveRule
    let claimant: Int?
    /// Of the total, what guests lack and do not wait for.
    private(set) var lacking: Pages = 0

    init(_ ledger: Ledger, rule: MoveRule, claimant: Int?) {
        urgent = ledger.wanted - ledger.free - ledger.due
        slack = ledger.slack
        total = urgent + slack
        self.rule = rule
        self.claimant = claimant
    }

    mutating func add(lacking pages: Pages) {
        lacking += pages
        total += pages
    }

    /// All that is left to collect is worth free pages only, no page cache.
    var isForComfort: Bool { urgent <= 0 && total <= lacking }

    mutating func take(_ pages: Pages) {
        urgent -= pages
        total -= pages
    }

    /// Slack is filled up once enough of it is gone, not page by page.
    var isWorthIt: Bool { urgent > 0 || total > max(slack / SlackFigures.refillDivisor, MoveFigures.least) }
}
