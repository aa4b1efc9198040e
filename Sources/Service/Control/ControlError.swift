/// Why a request was refused. Each text is one line that names the thing, the value, and what would be right.
package enum ControlError: Error, Equatable {
    /// 404
    case unknownGuest(String)
    /// 400
    case invalid(String)
    /// 409: right in itself, but not in this state.
    case conflict(String)
}

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

    /// The refusal of a name that no guest has; it names those that there are, if they are few.
    package static func noGuest(_ name: String, among names: [String]) -> ControlError {
        let known: String
        switch names.count {
        case 0: known = "no guests are configured"
        case ...16: known = "the guests are \(names.joined(separator: ", "))"
        default:
            let meant = nearest(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
            known = "there are \(names.count) guests\(meant)"
        }
        return .unknownGuest("no guest is called \(name.debugDescription); \(known)")
    }
}
