extension ControlError: CustomStringConvertible {
    /// One line, ready for people.
    package var sentence: String {
        switch self {
        case .unknownGuest(let sentence), .invalid(let sentence), .conflict(let sentence): sentence
        }
    }

    package var description: String { sentence }

    /// There is nothing to be asked about a budget.
    package static var noBudget: ControlError {
        .conflict("there is no budget: each guest is steered for itself; start the daemon with --budget SIZE")
    }

    /// The refusal of a name that no guest has; it names those that there are.
    package static func noGuest(_ name: String, among names: [String]) -> ControlError {
        let known = names.isEmpty ? "no guests are configured" : "the guests are \(names.joined(separator: ", "))"
        return .unknownGuest("no guest is called \(name.debugDescription); \(known)")
    }
}
