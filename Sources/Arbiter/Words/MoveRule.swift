/// Why memory moves.
public enum MoveRule: String, Sendable, Codable, CaseIterable {
    /// A guest took pages back unasked: booked at once, asked of nobody.
    case loan
    /// A guest is in an alarm.
    case alarm
    /// A guest has little left, or soon will.
    case early
    /// The slack for bursts is filled up.
    case slack
    /// Guests see more than there is: one took or started.
    case overdraft
    /// The host itself is short.
    case pressure
    /// An operator's cap.
    case cap
    /// More is free than bursts need.
    case surplus
    /// A guest in an alarm waits, nobody can pay, and the host has plenty: it lends some beyond the budget.
    case host

    /// For people.
    public var words: String {
        switch self {
        case .loan: "it took them back unasked"
        case .alarm: "a guest in an alarm"
        case .early: "a guest that runs short"
        case .slack: "slack for bursts"
        case .overdraft: "guests see more than there is"
        case .pressure: "the host is short of memory"
        case .cap: "an operator's cap"
        case .surplus: "more is free than bursts need"
        case .host: "a guest in an alarm; nobody can pay, and the host has plenty beyond the budget"
        }
    }

    /// A move is not undone at once for a rule of equal or lower rank.
    public var rank: Int {
        switch self {
        case .surplus: 0
        case .slack: 1
        case .early, .cap: 2
        case .pressure, .overdraft: 3
        case .alarm, .loan: 4
        case .host: 5
        }
    }
}
