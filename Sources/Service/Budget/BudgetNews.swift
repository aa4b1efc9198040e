internal import Arbiter

/// What the shared arbiter has to tell people.
struct BudgetNews {
    var beginnings: [MoveStory] = []
    var accounts: [MoveSeries.Account] = []
    var happenings: [HostHappening] = []
}

/// A move of memory between guests that have names.
struct NamedMove {
    var move: Move
    var payer: String?
    var gainer: String?
}
