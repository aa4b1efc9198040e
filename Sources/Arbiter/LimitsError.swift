/// Limits of a guest that contradict each other. Sizes in pages of 4 KiB.
public enum LimitsError: Error, Equatable, Sendable, CustomStringConvertible {
    case badMax(UInt64)
    case minOverMax(min: UInt64, max: UInt64)
    case badReservation(UInt64, min: UInt64, max: UInt64)
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
