/// How the body of a check ends early.
enum CheckError: Error, CustomStringConvertible {
    /// The device departs from the row.
    case failed(String)
    /// The row says nothing about this device, or cannot be seen on it.
    case skipped(String)

    var description: String {
        switch self {
        case .failed(let reason), .skipped(let reason): reason
        }
    }
}
