/// How a check ended.
public enum Outcome: Sendable, Equatable {
    /// What was seen agrees with the row.
    case passed
    /// The device departs from the row, with what was seen instead.
    case failed(String)
    /// The check does not apply to this device, with why.
    case skipped(String)

    /// One word.
    public var name: String {
        switch self {
        case .passed: "passed"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }

    /// Why, where it did not pass.
    public var reason: String? {
        switch self {
        case .passed: nil
        case .failed(let reason), .skipped(let reason): reason
        }
    }
}
