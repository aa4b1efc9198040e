/// What a check of the kit found.
public struct CheckResult: Sendable, Equatable {
    /// The check's number in the whole list, from 1 on.
    public let number: Int
    /// The row of the specification's checklist or of the attacks, such as `spec V4`.
    public let row: String
    /// What should hold.
    public let sentence: String
    /// How it ended.
    public let outcome: Outcome

    /// The result of check `number` of the list.
    public init(number: Int, row: String, sentence: String, outcome: Outcome) {
        self.number = number
        self.row = row
        self.sentence = sentence
        self.outcome = outcome
    }

    /// The device departs from the row.
    public var isFailure: Bool {
        if case .failed = outcome { return true }
        return false
    }
}
