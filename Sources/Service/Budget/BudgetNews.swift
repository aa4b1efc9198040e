internal import Arbiter

/// What the shared arbiter has to tell people.
struct BudgetNews {
    var moves: [NamedMove] = []
    var happenings: [HostHappening] = []
}

/// A move of memory between guests that have names.
struct NamedMove {
    var move: Move
    /// So many moves as one.
    var steps = 1
    var payer: String?
    var gainer: String?
}
