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
        guard let value = UInt64(try text(key)) else { throw LabError(.refused, "the guest's `\(key)` is no number") }
        return value
    }

    public func number(_ key: String) throws(LabError) -> Double {
        guard let value = Double(try text(key)) else { throw LabError(.refused, "the guest's `\(key)` is no number") }
        return value
    }
}
