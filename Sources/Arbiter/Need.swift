/// What is short, and for whom. Pages of 4 KiB.
struct Need {
    /// Without which a guest waits, or more is promised than there is.
    private(set) var urgent: Int64
    /// With the slack, and what is lacking.
    private(set) var total: Int64
    let slack: Int64
    let rule: MoveRule
    let claimant: Int?
    /// Of the total, what guests lack and do not wait for.
    private(set) var lacking: Int64 = 0

    init(_ ledger: Ledger, rule: MoveRule, claimant: Int?) {
        urgent = ledger.wanted - ledger.free - ledger.due
        slack = Int64(ledger.slack)
        total = urgent + slack
        self.rule = rule
        self.claimant = claimant
    }

    mutating func add(lacking pages: Int64) {
        lacking += pages
        total += pages
    }

    /// All that is left to collect is worth free pages only, no page cache.
    var isForComfort: Bool { urgent <= 0 && total <= lacking }

    mutating func take(_ pages: Int64) {
        urgent -= pages
        total -= pages
    }

    /// Slack is filled up once a quarter of it is gone, not page by page.
    func isWorthIt(_ tuning: HostTuning) -> Bool {
        urgent > 0 || total > max(slack / 4, Int64(tuning.leastMove))
    }
}
