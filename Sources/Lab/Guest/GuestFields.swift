/// The `key=value` words of an answer of the guest's agent.
public struct GuestFields: Sendable, Equatable {
    public var values: [String: String]

    init(_ words: some Sequence<Substring>) {
        values = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
    }

    public func text(_ key: String) throws(LabError) -> String {
        guard let value = values[key] else { throw LabError(.refused, "the guest's answer has no `\(key)`: \(values)") }
        return value
    }

    public func unsigned(_ key: String) throws(LabError) -> UInt64 {
        try value(key) { UInt64($0) }
    }

    public func number(_ key: String) throws(LabError) -> Double {
        try value(key) { Double($0) }
    }

    private func value<Number>(_ key: String, _ read: (String) -> Number?) throws(LabError) -> Number {
        let text = try text(key)
        guard let value = read(text) else { throw LabError(.refused, "the guest's `\(key)` is not a number") }
        return value
    }
}
