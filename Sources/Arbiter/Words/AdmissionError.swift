public import Balloon

/// Why a guest, a limit or a budget is not taken.
public enum AdmissionError: Error, Equatable, Sendable, CustomStringConvertible {
    case limits(LimitsError)
    /// With this guest's reservation, more would be reserved than there is.
    case reservations(budget: Pages, reserved: Pages, wanted: Pages)
    /// A budget that is smaller than what is reserved.
    case budgetUnderReservations(budget: Pages, reserved: Pages)
    case budgetOverHost(budget: Pages, host: Pages)
    case emptyBudget
    case noSuchGuest

    public var description: String {
        switch self {
        case .limits(let error): error.description
        case .reservations(let budget, let reserved, let wanted):
            """
            a reservation of \(mebibytes(wanted)) does not fit: \(mebibytes(reserved)) of the budget of \
            \(mebibytes(budget)) are reserved, which leaves \(mebibytes((budget - reserved).orNone))
            """
        case .budgetUnderReservations(let budget, let reserved):
            "a budget of \(mebibytes(budget)) is less than the \(mebibytes(reserved)) that are reserved for guests"
        case .budgetOverHost(let budget, let host):
            "a budget of \(mebibytes(budget)) is more than the host's memory of \(mebibytes(host))"
        case .emptyBudget: "a budget is at least one page"
        case .noSuchGuest: "there is no such guest"
        }
    }
}
