/// Sentences about what is wrong with a guest: each once, and not without end.
struct ProblemList {
    /// More are not kept.
    private static let most = 16

    /// In the order in which they came.
    private(set) var sentences: [String] = []

    /// - Returns: whether it was not known, and is kept.
    mutating func note(_ problem: String) -> Bool {
        guard !sentences.contains(problem), sentences.count < Self.most else { return false }
        sentences.append(problem)
        return true
    }

    /// Takes a sentence back that has turned out to be wrong.
    mutating func remove(_ problem: String) { sentences.removeAll { $0 == problem } }
}
