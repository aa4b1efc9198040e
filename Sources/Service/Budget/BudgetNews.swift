internal import Arbiter

/// What the shared arbiter has to tell people.
struct BudgetNews {
    var beginnings: [MoveStory] = []
    var accounts: [MoveSeries.Account] = []
    var happenings: [NamedHappening] = []
}

/// Something that happened to the host, and the guest that it is about, if it is about one.
struct NamedHappening {
    var happening: HostHappening
    var guest: String?
}

extension HostHappening {
    /// The guest that it is about, or that is to blame.
    var guest: GuestHandle? {
        switch self {
        case .countsSpent(let guest, _, _, _), .countsWhole(let guest, _), .groupLimit(let guest, _): guest
        case .nothingToTake(_, _, _, let holder): holder?.guest
        case .shortageOver, .overdrawn, .overdraftOver, .pressure, .budgetOverHost: nil
        }
    }
}

/// A move of memory between guests that have names.
struct NamedMove {
    var move: Move
    var payer: String?
    var gainer: String?
}
