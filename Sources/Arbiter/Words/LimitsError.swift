public import Balloon

/// Limits of a guest that contradict each other.
public enum LimitsError: Error, Equatable, Sendable, CustomStringConvertible {
    case badMax(Pages)
    case minOverMax(min: Pages, max: Pages)
    case badReservation(Pages, min: Pages, max: Pages)
    case badWeight(Double)

    public var description: String {
        switch self {
        case .badMax(let max): "a guest's memory is between one page and 16 TiB, not \(mebibytes(max))"
        case .minOverMax(let min, let max):
            "min is \(mebibytes(min)), which is more than the guest's memory of \(mebibytes(max))"
        case .badReservation(let reservation, let min, let max):
            "a reservation of \(mebibytes(reservation)) is not between min (\(mebibytes(min))) and the guest's memory (\(mebibytes(max)))"
        case .badWeight(let weight): "a weight is a number from 0.001 to 1000000, not \(weight)"
        }
    }
}
